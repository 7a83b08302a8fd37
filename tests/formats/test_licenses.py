"""Licences are those of the SPDX list, in its spelling."""

import pytest

from mythos.formats.bundle.licenses import read_license


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("mit", "MIT"),
        ("apache-2.0 or cc-by-4.0", "Apache-2.0 OR CC-BY-4.0"),
        ("(MIT OR 0BSD) AND CC0-1.0", "(MIT OR 0BSD) AND CC0-1.0"),
        ("GPL-2.0-or-later WITH classpath-exception-2.0", "GPL-2.0-or-later WITH Classpath-exception-2.0"),
        ("LicenseRef-None", "LicenseRef-None"),
        ("Apache-1.1+", "Apache-1.1+"),
    ],
)
def test_expressions_of_the_list(text, spelled):
    assert read_license(text) == (spelled, "")


@pytest.mark.parametrize(
    "text", ["", "Apache 2.0", "Apache-2", "MIT OR", "(MIT", "MIT WITH nothing", "do what you want", "LicenseRef-a/b",
             "()" * 100, "(" * 150, "MIT\x00", "x" * 10_000, "__import__('os')"],
)  # fmt: skip
def test_what_is_not_on_it(text):
    spelled, wrong = read_license(text)
    assert spelled == ""
    assert "SPDX expression" in wrong
