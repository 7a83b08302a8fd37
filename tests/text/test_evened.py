"""What two texts differ in by habit alone is taken out before the model reads them."""

from __future__ import annotations

import pytest

from mythos.text.evened import evened


@pytest.mark.parametrize(
    ("old", "new", "read"),
    [
        ("Reply within 24 hours.", "Please reply within one day.", "Reply within 24 hours."),
        ("Don't organise it.", "Do not organize it.", "Do not organise it."),
        ("Keep at least 12 eggs.", "Keep a minimum of a dozen eggs.", "Keep at least 12 eggs."),
        ("Pay €1,000 by 1 May 2024.", "By May 1, 2024, pay one thousand euros.", "By 1 May 2024, pay €1,000."),
        ("Reply within 24 hours.", "Reply within two days.", "Reply within two days."),
        ("Check it weekly.", "Check it weekly, kindly.", "Check it weekly."),
        ("Keep its name.", "Keep their names.", "Keep their names."),
    ],
)
def test_habits_are_evened_out_and_nothing_else(old: str, new: str, read: str) -> None:
    assert evened(old, new)[1] == read


def test_equal_texts_stay_as_they_are() -> None:
    assert evened("Never skip the check.", "Never skip the check.") == (
        "Never skip the check.",
        "Never skip the check.",
    )
