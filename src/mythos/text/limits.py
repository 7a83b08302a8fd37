"""Which way a limit should move: a deadline is better shorter, a minimum better higher, a right better wider."""

from __future__ import annotations

import math
from typing import Literal

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Side
from mythos.text.words import Word

Bound = Literal["upper", "lower", ""]

_UPPER = lexicon.word_set("at-most less-than max maximum until before cap capped limited limit ceiling")
_LOWER = lexicon.word_set("at-least min minimum")
_EVERY = lexicon.word_set("every each")
# Those for whom a rule is made: what they get may grow, what they pay or wait for may shrink.
PROTECTED = lexicon.word_set(
    "customer customers user users tenant tenants patient patients employee employees worker workers pupil pupils "
    "student students member members passenger passengers guest guests consumer consumers policyholder "
    "policyholders insured claimant claimants applicant applicants buyer buyers subscriber subscribers resident "
    "residents traveller travellers traveler travelers child children parent parents participant participants "
    "player players caller callers cardholder cardholders borrower borrowers viewer viewers reader readers visitor "
    "visitors shopper shoppers client clients owner donor donors you"
)
_CLAIMS = lexicon.word_set(
    "may can entitled right rights appeal return cancel claim claims submit submitted lodge lodged object objection "
    "withdraw complain open valid accept"
)
_PAID_OUT = lexicon.word_set(
    "cover covers covered reimburse reimburses reimbursed refund refunded receive receives free credit compensation "
    "allowance discount disregarded pay pays paid advance bonus"
)
GRANTS = _CLAIMS | _PAID_OUT
_OWED = lexicon.word_set(
    "fee fees charge charges charged cost costs price penalty fine interest deposit surcharge premium"
)
_KEPT = lexicon.word_set(
    "keep kept keeps retain retained retains store stored available stays stay remain remains last"
)
_NOTICE = lexicon.word_set("notice warning advance beforehand prior rest break breaks wait waits")
_AHEAD = lexicon.word_set("ahead before beforehand earlier")
_ENDED = lexicon.word_set(
    "delete deleted deletes erase erased destroy destroyed closed close closes expire expires lapse lapses lock locked "
    "removed purged anonymised ends end shredded"
)
_IF = lexicon.word_set("if when whenever where once anyone anything whoever not must requires needs goes")
_WAIVES = (
    "without approval", "no approval", "need not", "needs no", "need no", "without review", "exempt", "not required",
    "no longer need",
)  # fmt: skip
_TIME = {"s": 1.0, "month": 2_629_800.0, "workday": 120_960.0, "workhour": 3600.0}


def betterment(pair: AlignedPair, before: Word, after: Word) -> int:
    """1 where the moved amount serves those the rule is for, -1 where it harms them, 0 where the words do not tell."""
    step = moved(before, after)
    wanted = _wanted(pair.old, before) if step else 0
    if not wanted or wanted != _wanted(pair.new, after):
        return 0
    return wanted if step > 0 else -wanted


def moved(before: Word, after: Word) -> float:
    """How far an amount moved, as a logarithm; 0 where the two cannot be compared."""
    one, other = _size(before), _size(after)
    if before.unit != after.unit and not (before.unit in _TIME and after.unit in _TIME):
        return 0.0
    return math.log(other / one) if one > 0 and other > 0 else 0.0


def _size(word: Word) -> float:
    return (word.number or 0.0) * _TIME.get(word.unit, 1.0)


def bound_of(side: Side, amount: Word) -> Bound:
    """Whether the amount bounds from above or from below."""
    near = _near(side, amount, 2, 2)
    if near & _LOWER:
        return "lower"
    dated = amount.unit in ("date", "clock") and "by" in near
    return "upper" if dated or near & _UPPER else ""


def _wanted(side: Side, amount: Word) -> int:
    """1 where more is better for those the rule is for, -1 where less is."""
    norms, near = set(side.norms), _near(side, amount, 2, 0)
    is_time = amount.unit in _TIME
    if side.has(_WAIVES):
        return -1
    bound = bound_of(side, amount)
    if bound == "lower":
        return 0 if norms & _OWED else 1
    if "more-than" in near:
        return 1 if near & {"be", "have", "contain"} and not norms & (_IF - {"must"}) else -1
    if "less-than" in near:
        # “Children under 13 may not …” protects more people with a higher number; “keep it under 40 lines” limits.
        return 1 if norms & _IF and not near & {"keep", "in", "be"} else -1
    if bound == "upper":
        return _wanted_at_most(norms, is_time)
    return _wanted_unbounded(norms, near, _near(side, amount, 0, 2), amount)


def _wanted_at_most(norms: set[str], is_time: bool) -> int:
    if norms & _OWED or norms & {"must", "shall"}:
        return -1
    if is_time:
        claims = norms & _CLAIMS and norms & (PROTECTED | {"claim", "objection", "appeal"})
        return 1 if claims or ("if" in norms and norms & _PAID_OUT) else -1
    return 1 if norms & _PAID_OUT else -1


def _wanted_unbounded(norms: set[str], before: set[str], after: set[str], amount: Word) -> int:
    is_time = amount.unit in _TIME
    ended = norms & _ENDED and "after" in before | after
    if norms & _OWED or (is_time and (ended or before & _EVERY)):
        return -1
    if norms & (_KEPT | _NOTICE) or after & _AHEAD if is_time else norms & _PAID_OUT:
        return 1
    return 1 if amount.unit == "times" else 0


def _near(side: Side, amount: Word, back: int, ahead: int) -> set[str]:
    at = next((i for i, word in enumerate(side.words) if word.start == amount.start), 0)
    return {word.norm for word in side.words[max(0, at - back) : at + ahead + 1]}
