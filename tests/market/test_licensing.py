"""What an SPDX expression lets others do."""

import pytest

from mythos.market.licensing import allows_copies, allows_selling_on


@pytest.mark.parametrize(
    ("expression", "copies", "selling"),
    [
        ("MIT", True, True),
        ("Apache-2.0", True, True),
        ("CC-BY-4.0", True, True),
        ("GPL-3.0-or-later", True, True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", True, True),
        ("CC-BY-NC-4.0", True, False),
        ("CC-BY-ND-4.0", False, False),
        ("CC-BY-NC-ND-4.0", False, False),
        ("LicenseRef-None", False, False),
        ("LicenseRef-None OR MIT", True, True),
        ("LicenseRef-None AND MIT", False, False),
        ("CC-BY-NC-4.0 OR (MIT AND Apache-2.0)", True, True),
        ("MIT AND CC-BY-NC-4.0", True, False),
        ("MITX", False, False),
        ("", False, False),
        ("MIT OR", False, False),
        ("(MIT", False, False),
        ("MIT MIT", False, False),
    ],
)
def test_a_licence_says_what_may_be_copied_and_traded_on(expression, copies, selling):
    assert (allows_copies(expression), allows_selling_on(expression)) == (copies, selling)
