"""Which way a limit should move: a deadline is better shorter, a minimum better higher, a right better wider."""

from __future__ import annotations

import math
import re
from typing import Literal

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Side
from mythos.text.thresholds import of_threshold
from mythos.text.words import Word

Bound = Literal["upper", "lower", ""]

_UPPER = lexicon.word_set("at-most less-than max maximum until before cap capped limited limit ceiling")
_LOWER = lexicon.word_set("at-least min minimum")
_CEILINGS = lexicon.word_set("ceiling cap maximum")
_SET = lexicon.word_set("is of at stands stays remains")
_OFTEN = lexicon.word_set("every each once twice")
# Those for whom a rule is made: what they get may grow, what they pay or wait for may shrink.
PROTECTED = lexicon.word_set(
    "customer customers user users tenant tenants patient patients employee employees worker workers pupil pupils "
    "student students member members passenger passengers guest guests consumer consumers policyholder "
    "policyholders insured claimant claimants applicant applicants buyer buyers subscriber subscribers resident "
    "residents traveller travellers traveler travelers child children parent parents participant participants "
    "player players caller callers cardholder cardholders borrower borrowers viewer viewers reader readers visitor "
    "household households visitors shopper shoppers client clients owner donor donors you"
)
_GIVEN = PROTECTED - {"you"}
_CLAIMS = lexicon.word_set(
    "may can entitled right rights appeal return cancel claim claims submit submitted lodge lodged object objection "
    "withdraw complain open valid accept accepted borrow"
)
_MADE_CLAIMS = lexicon.word_set(
    "claim claims objection objections appeal appeals protest protests complaint complaints"
)
_HANDED_IN = lexicon.word_set("reported submitted lodged filed made raised brought accepted handed")
_PAID_OUT = lexicon.word_set(
    "cover covers covered reimburse reimburses reimbursed refund refunds refunded receive receives free credit "
    "compensation allowance discount disregarded insured insures pay pays paid advance bonus"
)
GRANTS = _CLAIMS | _PAID_OUT
_OWED = lexicon.word_set(
    "fee fees charge charges charged cost costs price penalty fine deposit surcharge premium excess "
    "instalments installments instalment installment"
)
_FREE = ("free of charge", "without charge", "no charge", "at no cost", "no fee")
_KEPT = lexicon.word_set(
    "keep kept keeps retain retained retains store stored available stays stay remain remains last "
    "guarantee warranty standstill entitled entitlement"
)
_NOTICE = lexicon.word_set("notice warning advance beforehand prior rest break breaks wait waits")
_AHEAD = lexicon.word_set("ahead before beforehand earlier")
_ENDED = lexicon.word_set(
    "delete deleted deletes erase erased destroy destroyed closed close closes expire expires lapse lapses lock locked "
    "removed purged anonymised ends shredded locks suspended blocked"
)
# So many of these make a rule safer.
_SAFEGUARDS = lexicon.word_set(
    "copy copies reviewer reviewers reviews approvals approval signatures signature witnesses maintainers "
    "people persons engineers samples sources checks factors locations members officers supervisors tests"
)
_WRITTEN = lexicon.word_set("word words bullet bullets sentence sentences items points characters")
_IF = lexicon.word_set(
    "if when whenever where once anyone anything whoever not must requires needs goes no any unless only"
)
_WAIVES = (
    "without approval", "no approval", "need not", "needs no", "need no", "without review", "exempt", "not required",
    "no longer need",
)  # fmt: skip
_TIME = {"s": 1.0, "month": 2_629_800.0, "workday": 120_960.0, "workhour": 3600.0, "delay": 1.0, "period": 1.0}
_CLAUSE = re.compile(r"[;,:().]\s|\n")
_GOES_ON = lexicon.word_set("with by on upon or in within at")
_STAYS = lexicon.word_set("keep in be stay stays remain remains is are")
_LEAVE = lexicon.word_set("may can entitled right rights")
_LASTS = lexicon.word_set("held kept keep hold stay stays remain remains rest rests closed wait")
_WAITS = lexicon.word_set("until for before during")


def betterment(pair: AlignedPair, before: Word, after: Word) -> int:
    """1 where the moved amount serves those the rule is for, -1 where it harms them, 0 where the words do not tell."""
    step = moved(before, after)
    if not step:
        return 0
    one, other = wanted(pair.old, before), wanted(pair.new, after)
    way = one or other
    if not way or other not in (way, 0):
        return 0
    return way if step > 0 else -way


def limitlessness(side: Side, amount: Word) -> int:
    """1 where those the rule is for fare better without the limit that the amount sets, -1 where they fare worse."""
    near = _near(side, amount, 1, 0) | _near(side, amount, 0, 2)
    if amount.unit == "period" and near & {"a", "an", "the", "its"}:
        return 0  # “a weekly average”
    if amount.unit in ("delay", "period") or near & {"at-most", "less-than"}:
        return wanted(side, amount)
    return -wanted(side, amount) if near & {"at-least", "more-than"} else 0


def moved(before: Word, after: Word) -> float:
    """How far an amount moved, as a logarithm; 0 where the two cannot be compared."""
    one, other = _size(before), _size(after)
    often = "period" in (before.unit, after.unit)
    if before.unit != after.unit and (often or not (before.unit in _TIME and after.unit in _TIME)):
        return 0.0
    if one > 0 and other > 0:
        return math.log(other / one)
    return (other - one) / max(abs(one), abs(other), 1.0)


def _size(word: Word) -> float:
    return (word.number or 0.0) * _TIME.get(word.unit, 1.0)


def is_length_of_text(side: Side, amount: Word) -> bool:
    """Whether so many words or points are asked for: neither more nor fewer is better for anybody."""
    return amount.unit not in _TIME and bool(_near(side, amount, 0, 1) & _WRITTEN)


def bound_of(side: Side, amount: Word) -> Bound:
    """Whether the amount bounds from above or from below."""
    before, after = _near(side, amount, 2, 0), _near(side, amount, 0, 2)
    if (before | after) & _LOWER:
        return "lower"
    if before & _SET and _near(side, amount, 6, 0) & _CEILINGS:
        return "upper"
    dated = amount.unit in ("date", "clock") and "by" in before
    # “Kept for a year before it is given away” sets no upper bound.
    return "upper" if dated or before & _UPPER or after & (_UPPER - {"before", "until"}) else ""


def wanted(side: Side, amount: Word) -> int:
    """1 where more is better for those the rule is for, -1 where less is; the clause of the amount tells most."""
    norms = set(side.norms)
    if side.has(_WAIVES):
        return -1
    if is_length_of_text(side, amount):
        return 0
    clause, same = _clause(side, amount)
    is_right = bool(norms & PROTECTED and norms & GRANTS and norms & _LEAVE)
    told = of_threshold(side, clause, same, is_right=is_right) if same else 0
    if told:
        return told
    own = _wanted(clause, same) if same and clause.norms[0] not in _GOES_ON else 0
    return own or _wanted(side, amount)


def _clause(side: Side, amount: Word) -> tuple[Side, Word | None]:
    """What stands between two commas or the like, and the amount there."""
    marks = [0, *(found.end() for found in _CLAUSE.finditer(side.text)), len(side.text)]
    start = max(mark for mark in marks if mark <= amount.start)
    end = min(mark for mark in marks if mark >= amount.end)
    clause = Side(side.text[start:end])
    return clause, next((word for word in clause.words if word.start == amount.start - start), None)


def _wanted(side: Side, amount: Word) -> int:
    norms, near = set(side.norms), _near(side, amount, 2, 0)
    if side.has(_FREE):
        norms -= _OWED
    is_time = amount.unit in _TIME
    if amount.unit == "delay":
        return 1 if norms & _LASTS else 0 if near & _WAITS else -1
    if amount.unit == "period":
        return _wanted_often(norms, near | _near(side, amount, 0, 2))
    bound = bound_of(side, amount)
    if bound == "lower":
        return 0 if norms & _OWED and not is_time else 1
    if "more-than" in near:
        return 1 if near & {"be", "have", "contain"} and not norms & (_IF - {"must", "no", "any", "only"}) else -1
    if "less-than" in near and lexicon.NEGATORS & norms and not norms & PROTECTED:
        return 1
    if "less-than" in near:
        # “Children under 13 may not …” protects more people with a higher number; “keep it under 40 lines” limits.
        return 1 if norms & (_IF | {"free"}) and not near & _STAYS else -1
    if bound == "upper":
        return _wanted_at_most(side, norms, amount)
    return _wanted_unbounded(side, norms, near, amount)


def _wanted_often(norms: set[str], near: set[str]) -> int:
    """Of a period, the time from one to the next: what is owed should be done often, what is risky seldom."""
    if near & {"at-most"} or ("more-than" in near and norms & lexicon.NEGATORS):
        return 1
    if norms & _OWED:
        return 0
    is_leave = norms & {"may", "can", "allowed", "permitted"} and not norms & PROTECTED
    return 1 if is_leave and not near & {"at-least"} else -1


def _wanted_at_most(side: Side, norms: set[str], amount: Word) -> int:
    is_time = amount.unit in _TIME
    if is_time and norms & _MADE_CLAIMS and norms & _HANDED_IN and "we" not in norms:
        return 1
    if not is_time and ("until" in _near(side, amount, 2, 0) or norms & {"nobody", "campaign"}):
        return 1
    refunded = _in_condition(side, amount) and bool(norms & _PAID_OUT)
    if (norms & _OWED and not refunded) or norms & {"must", "shall"}:
        return -1
    if not is_time:
        return 1 if norms & _PAID_OUT else -1
    owed = norms & _PAID_OUT and "for" in _near(side, amount, 2, 0)
    if owed or side.has(_FREE) or (norms & {"may", "can"} and norms & _HANDED_IN):
        return 1
    claims = norms & _CLAIMS and norms & (PROTECTED | {"claim", "objection", "appeal"}) and side.norms[0] != "we"
    if claims and _near(side, amount, 0, 2) & _AHEAD:
        return -1  # “until two days before”
    return 1 if claims or refunded else -1


def _wanted_unbounded(side: Side, norms: set[str], before: set[str], amount: Word) -> int:
    is_time, after = amount.unit in _TIME, _near(side, amount, 0, 2)
    if is_time and (_is_given(side, amount) or ("for" in before and norms & {"may", "can"} and norms & _HANDED_IN)):
        return 1
    if norms & _ENDED and "after" in before | after:
        return -1
    if is_time and (norms & _OWED or before & _OFTEN or "waiting" in norms):
        return -1
    if is_time and norms & {"notice", "warning"} and norms & {"may", "can"} and norms & PROTECTED:
        return -1  # the notice that they have to give
    if not is_time and norms & _OWED:
        return -1
    if norms & (_KEPT | _NOTICE) or after & _AHEAD if is_time else norms & _PAID_OUT:
        return 1
    if not is_time and _near(side, amount, 0, 2) & _SAFEGUARDS:
        return 1
    if amount.unit == "times" and norms & {"may", "can"} and not norms & PROTECTED:
        return -1
    return 1 if amount.unit == "times" else 0


def _is_given(side: Side, amount: Word) -> bool:
    """Whether it is the time that somebody the rule is for has for something: “a claimant has one week to …”."""
    at = next((i for i, word in enumerate(side.words) if word.start == amount.start), 0)
    return side.norms[at - 1 : at] in (["have"], ["has"]) and bool(_GIVEN & set(side.norms[max(0, at - 3) : at - 1]))


def _in_condition(side: Side, amount: Word) -> bool:
    """Whether the amount stands in a clause that “if” opens."""
    opened = max(side.text.lower().rfind(cue, 0, amount.start) for cue in ("if ", "as long as ", "provided "))
    return opened >= 0 and "," not in side.text[opened : amount.start]


def _near(side: Side, amount: Word, back: int, ahead: int) -> set[str]:
    at = next((i for i, word in enumerate(side.words) if word.start == amount.start), 0)
    return {word.norm for word in side.words[max(0, at - back) : at + ahead + 1]}
