"""A case, a requirement or a qualifier that came or went, and what it does in the part of the rule where it stands."""

from __future__ import annotations

from mythos.text.detectors.base import AlignedPair, Direction, Finding
from mythos.text.reach import Shift, shifts

_KINDS = {"trigger": "condition", "gate": "condition", "exception": "exception", "others": "scope", "rule": "scope"}
_NOUNS = {"trigger": "Condition", "gate": "Requirement", "exception": "Exception", "others": "Limit", "rule": "Scope"}
# (part, whether it asks for more now) -> what the rule does now
_SAYS = {
    ("trigger", False): "narrower|The rule now applies in fewer cases: “{}” {}.",
    ("trigger", True): "wider|The rule now applies in more cases: “{}” {}.",
    ("gate", False): "lowered|Less has to be given first: “{}” {}.",
    ("gate", True): "raised|More has to be given first: “{}” {}.",
    ("exception", False): "widened|More is let off: “{}” {}.",
    ("exception", True): "narrowed|Less is let off: “{}” {}.",
    ("others", False): "loosened|The limit lets more through: “{}” {}.",
    ("others", True): "tightened|The limit lets less through: “{}” {}.",
    ("rule", False): "narrowed|The rule now covers less: “{}” {}.",
    ("rule", True): "widened|The rule now covers more: “{}” {}.",
}
# the same of what is allowed: there, to ask for more is to allow less
_SAYS_OF_LEAVE = {
    ("trigger", False): "wider|It is allowed in more cases now: “{}” {}.",
    ("trigger", True): "narrower|It is allowed in fewer cases now: “{}” {}.",
    ("exception", False): "widened|More is left out of what is allowed: “{}” {}.",
    ("exception", True): "narrowed|Less is left out of what is allowed: “{}” {}.",
    ("rule", False): "widened|More is allowed now: “{}” {}.",
    ("rule", True): "narrowed|Less is allowed now: “{}” {}.",
}


def find(pair: AlignedPair) -> list[Finding]:
    """At most three, in the order of the text."""
    return [_finding(pair, shift) for shift in shifts(pair)[:3]]


def _finding(pair: AlignedPair, shift: Shift) -> Finding:
    says = _SAYS | _SAYS_OF_LEAVE if shift.is_leave else _SAYS
    title, reason = says[shift.part, shift.way > 0].split("|")
    side = pair.new if shift.came else pair.old
    direction: Direction = "stronger" if shift.way > 0 else "weaker"
    return pair.finding(
        _KINDS[shift.part],
        direction,
        f"{_NOUNS[shift.part]} {title}",
        reason.format(side.shown(shift.words), "is new" if shift.came else "is gone"),
        old=() if shift.came else shift.words,
        new=shift.words if shift.came else (),
        confidence=0.85 if shift.part != "rule" else 0.75,
    )
