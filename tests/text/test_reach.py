"""The same words narrow a rule in one place and widen it in another."""

from __future__ import annotations

import pytest

from mythos.text.detectors.base import AlignedPair
from mythos.text.detectors.reach import find
from mythos.text.reach import shifts

MOVED = [
    # a condition more for a duty, one less, one instead of another
    ("If a post names a street, remove it.", "If a post names a street and was flagged, remove it.", "trigger", -1),
    ("If tests fail, do not approve.", "If tests fail or were removed, do not approve.", "trigger", 1),
    ("When required tests fail, stop the line.", "When tests fail, stop the line.", None, 0),
    # what has to be given first
    ("Vans leave only if the brakes work.", "Vans leave only if the brakes and lamps work.", "gate", 1),
    ("Vans leave only if the brakes and lamps work.", "Vans leave only if the brakes work.", "gate", -1),
    ("It stays shut until a judge has signed.", "It stays shut until a judge or a clerk has signed.", "gate", -1),
    # who or what is let off
    ("Use it for nothing but moderation.", "Use it for nothing but moderation and product tests.", "exception", -1),
    ("Files stay shut unless a judge says so.", "Files stay shut unless a judge or a clerk says so.", "exception", -1),
    ("Only trained staff open the safe.", "Only trained staff or guests open the safe.", "others", -1),
    # what the rule is about
    ("Every sale of land needs a vote.", "Every sale of arable land needs a vote.", "rule", -1),
    ("Parcels are never flown over schools.", "Parcels with batteries are never flown over schools.", "rule", -1),
    ("Parcels are never flown over schools.", "Parcels are never flown over schools or hospitals.", "rule", 1),
    ("Call the owner.", "Call the owner and the inspector.", "rule", 1),
    # other words that open a condition, and a part with a denial of its own
    ("Pay for as long as it lasts.", "Pay for as long as it lasts and repairs go on.", "trigger", -1),
    ("Block a card the moment it is missed.", "Block a card the moment it is missed and proven.", "trigger", -1),
    ("If your car breaks down, we come.", "If your car breaks down and cannot be mended, we come.", "trigger", -1),
    ("Nobody stands under a load.", "Nobody stands under a load that is in motion.", "rule", -1),
    ("It is read by somebody who was away.", "It is read by somebody who was away and is not kin.", "gate", 1),
    ("Access is limited to our own sites.", "Access is limited to our own sites and the maps.", "others", -1),
    ("You may close it if nothing is open.", "You may close it if nothing is open or a day went by.", "trigger", -1),
    # a clause that came into a sentence said in another order
    (
        "If the customer mentions chest pain, end the call.",
        "End the call if the customer mentions chest pain that will not go away.",
        "trigger",
        -1,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "part", "way"), MOVED)
def test_what_a_rule_asks_for_moves_with_the_place_of_the_words(old: str, new: str, part: str | None, way: int) -> None:
    assert [(shift.part, shift.way) for shift in shifts(AlignedPair(old, new))] == ([(part, way)] if part else [])


@pytest.mark.parametrize(
    ("old", "new", "part", "way"), [case for case in MOVED if case[1].count(" and ") + case[1].count(" or ")]
)
def test_one_more_of_several_taken_back_goes_the_other_way(old: str, new: str, part: str, way: int) -> None:
    assert [(shift.part, shift.way) for shift in shifts(AlignedPair(new, old))] == [(part, -way)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Log every call.", "Log every call because auditors ask for it."),  # a reason
        ("Log every call.", "Log every call (for example, wrong numbers)."),  # an example
        ("Log every call.", "Record all calls in the log of the desk."),  # reworded
        ("Log calls if they are urgent.", "Log calls unless they are not urgent."),  # another joint
        ("Log calls.", "Log calls at once."),  # how, not what
    ],
)
def test_words_that_do_not_tell_where_they_belong_are_left_alone(old: str, new: str) -> None:
    assert shifts(AlignedPair(old, new)) == []


def test_a_finding_says_what_came_and_what_that_does() -> None:
    old = "If a post reveals an address, remove it."
    (finding,) = find(AlignedPair(old, "If a post reveals an address and was flagged, remove it."))
    assert (finding.kind, finding.direction, finding.title) == ("condition", "weaker", "Condition narrower")
    assert finding.reason == "The rule now applies in fewer cases: “and was flagged” is new."
    assert finding.new_text == "and was flagged"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("Staff may open files.", "Staff may open files and safes.", "More is allowed now: “and safes” is new."),
        (
            "Staff may enter if they wear a badge.",
            "Staff may enter if they wear a badge and ring.",
            "It is allowed in fewer cases now: “and ring” is new.",
        ),
        (
            "Guests may use all rooms except the office.",
            "Guests may use all rooms except the office and the store.",
            "More is left out of what is allowed: “and the store” is new.",
        ),
        (
            "Customers may return goods if they are damaged.",
            "Customers may return goods if they are damaged or late.",
            "The rule now applies in more cases: “or late” is new.",  # a right, not a risk
        ),
    ],
)
def test_of_what_is_allowed_it_says_whether_that_is_more_or_less(old: str, new: str, reason: str) -> None:
    assert [finding.reason for finding in find(AlignedPair(old, new))] == [reason]
