"""Licences by the SPDX list that `packaging` carries; the list grows, so readers only say what they do not know."""

from __future__ import annotations

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

MOST_CHARACTERS = 200


def read_license(text: str) -> tuple[str, str]:
    """(the expression in its usual spelling, what is wrong with it); one of the two is empty."""
    if not text or len(text) > MOST_CHARACTERS:
        return "", f"An SPDX expression of at most {MOST_CHARACTERS} characters, as in Apache-2.0 or MIT OR CC-BY-4.0."
    try:
        return str(canonicalize_license_expression(text)), ""
    except InvalidLicenseExpression as error:
        said = str(error).removesuffix(".")
        return "", f"{said}. An SPDX expression, as in Apache-2.0, MIT OR CC-BY-4.0 or LicenseRef-Ours."
