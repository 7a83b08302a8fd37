"""Ways to write an amount, and rules that set one: which way a moved limit is better depends on what it bounds."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from comparator.vocabulary import DOMAINS, Domain
from mythos.text.amounts import NUMBER_WORDS

_ONES = [name for name, value in NUMBER_WORDS.items() if value < 20]
_TENS = ["zero", "ten", *(name for name, value in NUMBER_WORDS.items() if value >= 20)]
_EQUAL = [
    ("24 hours", "one day", "1 day", "a day"), ("48 hours", "two days", "2 days"), ("72 hours", "three days", "3 days"),
    ("7 days", "one week", "a week", "seven days"), ("14 days", "two weeks", "a fortnight", "fourteen days", "2 weeks"),
    ("21 days", "three weeks", "3 weeks"), ("28 days", "four weeks"), ("60 minutes", "one hour", "an hour", "1 hour"),
    ("30 minutes", "half an hour", "thirty minutes"), ("90 minutes", "one and a half hours", "1.5 hours"),
    ("120 minutes", "two hours", "2 hours"), ("60 seconds", "one minute", "a minute"), ("12 months", "one year", "a year", "twelve months"),
    ("6 months", "six months", "half a year"), ("18 months", "one and a half years"), ("24 months", "two years", "2 years"),
    ("36 months", "three years", "3 years"), ("3 months", "three months", "one quarter", "a quarter"), ("60 months", "five years", "5 years"),
]  # fmt: skip


def spelled(number: int) -> str:
    """The number in words."""
    if number < 20:
        return _ONES[number]
    if number < 100:
        return _TENS[number // 10] + (f"-{_ONES[number % 10]}" if number % 10 else "")
    for size, name in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = number % size
            joint = " and " if rest and size == 100 else " "
            return f"{spelled(number // size)} {name}" + (joint + spelled(rest) if rest else "")
    raise ValueError(number)


def time(count: int, unit: str, rng: random.Random) -> str:
    """A span of time, maybe in another unit that comes to the same."""
    plain = f"{count} {unit if count != 1 else unit[:-1]}"
    equal = next((group for group in _EQUAL if plain in group), None)
    if equal and rng.random() < 0.5:
        return rng.choice(equal)
    return rng.choice([plain, plain, plain.replace(str(count), spelled(count), 1), _twice(plain, count)])


def _twice(plain: str, count: int) -> str:
    return plain.replace(str(count), f"{spelled(count)} ({count})", 1)


def money(count: int, unit: str, rng: random.Random) -> str:
    sign, code = {"euros": ("€", "EUR"), "dollars": ("$", "USD"), "pounds": ("£", "GBP")}[unit]
    return rng.choice(
        [f"{sign}{count:,}", f"{count:,} {unit}", f"{count} {unit}", f"{code} {count:,}", f"{spelled(count)} {unit}"]
    )


def share(count: int, unit: str, rng: random.Random) -> str:
    forms = [f"{count}%", f"{count} %", f"{count} percent", f"{count} per cent", f"{spelled(count)} percent"]
    return rng.choice(
        forms + {50: ["half"], 25: ["a quarter"], 75: ["three quarters"], 100: ["all"]}.get(count, []) * 3
    )


def things(count: int, unit: str, rng: random.Random) -> str:
    forms = [f"{count} {unit}", f"{count} {unit}", f"{count:,} {unit}", f"{spelled(count)} {unit}"]
    dozens = {12: "a dozen", 24: "two dozen", 6: "half a dozen"}.get(count)
    return rng.choice(forms + ([f"{dozens} {unit}"] * 2 if dozens else []))


Writer = Callable[[int, str, random.Random], str]
_UP = ["at most {}", "no more than {}", "not more than {}", "up to {}", "a maximum of {}", "{} at most", "{} or less"]
_LOW = [
    "at least {}",
    "no less than {}",
    "not less than {}",
    "a minimum of {}",
    "{} or more",
    "{} at the least",
    "not under {}",
]
_BY = [
    "within {}",
    "within {}",
    "no later than {} after that",
    "in {} or less",
    "inside {}",
    "not later than {} afterwards",
    "in at most {}",
]
_OVER = ["more than {}", "over {}", "above {}", "in excess of {}", "exceeding {}"]
_TIMES = [
    (n, u)
    for u in ("minutes", "hours", "days", "weeks", "months", "years")
    for n in (2, 3, 5, 6, 7, 10, 12, 14, 18, 20, 24, 30, 36, 45, 48, 60, 72, 90)
]
_MONEY = [
    (n, u)
    for u in ("euros", "dollars", "pounds")
    for n in (5, 10, 20, 25, 50, 75, 100, 150, 200, 250, 500, 1000, 2000, 5000, 10_000, 25_000)
]
_SHARES = [(n, "%") for n in (1, 2, 3, 5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 80, 90)]
_WORDS = [
    (n, u)
    for u in ("words", "characters", "sentences", "bullet points")
    for n in (3, 5, 10, 12, 20, 24, 50, 100, 120, 150, 200, 300, 500, 1000)
]
_HEADS = [
    (n, u)
    for u in ("reviewers", "people", "members", "items", "attempts", "sources", "examples", "samples")
    for n in (2, 3, 4, 5, 6, 8, 10, 12, 24)
]


@dataclass(frozen=True)
class Rule:
    """Sentences with a place for the bounded amount; `better` is the way in which the limit should move, or 0."""

    better: int
    bounds: list[str]
    amounts: list[tuple[int, str]]
    write: Writer
    forms: str  # one a line; those of one rule are alike in meaning when they share a number


_RULES = [
    Rule(-1, _BY, _TIMES, time, """{A} must {do} {N}.|{A} {do} {N}.|{A} are required to {do} {N}.|{A} shall {do} {N}.
Answer every enquiry {N}.|Every enquiry is answered {N}.|Enquiries must be answered {N}.|Reply to each enquiry {N}.
Breaches are reported to the authority {N}.|Report breaches to the authority {N}.|Any breach must be reported to the authority {N}.
Refunds are paid out {N}.|We pay refunds {N}.|Every refund must be paid {N}.
Personal data is erased {N} once the account is closed.|Once the account is closed, erase personal data {N}.
If a child may be in danger, tell the safeguarding lead {N}.|Tell the safeguarding lead {N} if a child may be in danger."""),
    Rule(-1, _UP, _TIMES, time, """Recordings are kept for {N}.|Keep recordings for {N}.|We store recordings for {N}.
Sessions stay open for {N} without activity.|A session without activity stays open for {N}.
Chilled food may stand at room temperature for {N}.|Do not leave chilled food at room temperature; {N} is allowed.
Drivers work {N} without a break.|A driver may be on duty for {N} without a break.
The service may be down for {N} a year.|Downtime of the service is limited to {N} a year."""),
    Rule(-1, _UP, _WORDS, things, """Answers have {N}.|Write {N}.|Each answer should be {N} long.|Keep each answer to {N}.
Summaries are limited to {N}.|A summary contains {N}.|Limit the summary to {N}."""),
    Rule(-1, _UP, _MONEY, money, """Staff may spend {N} without approval.|Without approval, staff may spend {N}.|Spending of {N} needs no approval.
The fee is {N}.|We charge {N}.|Customers pay a fee of {N}.
Agents may promise goodwill credits of {N} on their own authority.|On their own authority agents may promise credits of {N}."""),
    Rule(-1, _UP, _SHARES, share, """The error rate is {N} of all runs.|In {N} of all runs an error is tolerated.
{N} of the deposit may be withheld.|The landlord may withhold {N} of the deposit."""),
    Rule(1, _LOW, _TIMES, time, """Audit logs are kept for {N}.|Keep audit logs for {N}.|We retain audit logs for {N}.
The landlord gives notice of {N}.|Notice of {N} is given by the landlord.|The landlord must give tenants notice of {N}.
Wash the wound for {N}.|The wound is washed for {N}.|The wound must be rinsed for {N}.
Staff rest {N} between two shifts.|Between two shifts staff must rest {N}.|A rest of {N} between shifts is mandatory.
Backups are stored for {N}.|Store backups for {N}.|Backups must be retained for {N}."""),
    Rule(1, _LOW, _HEADS, things, """Every change is approved by {N}.|{N} approve every change.|Approval by {N} is needed for every change.
Each claim rests on {N}.|Base each claim on {N}.|Support each claim with {N}."""),
    Rule(1, _LOW, [(n, "years") for n in (13, 14, 16, 18, 21, 25)], time, """Users must be {N} old.|Only people who are {N} old may register.|To register you must be {N} old."""),
    Rule(1, _LOW, [(n, "characters") for n in (6, 8, 10, 12, 14, 16, 20, 24)], things, """Passwords have {N}.|A password must contain {N}.|Passwords must be {N} long."""),
    Rule(1, _LOW, _SHARES, share, """{N} of all batches are tested.|Test {N} of all batches.|We test {N} of all batches.
{N} of the board members must be independent.|The board consists of {N} independent members."""),
    Rule(1, _BY, _TIMES, time, """Customers may return goods {N}.|Goods may be returned by customers {N}.|Customers can send goods back {N}.
Employees may appeal {N}.|An appeal by employees is possible {N}.|Employees have the right to appeal {N}.
You may cancel your order {N} at no charge.|Cancelling your order is free of charge {N}."""),
    Rule(1, _UP, _MONEY, money, """The insurer covers losses of {N}.|Losses of {N} are covered by the insurer.|The policy covers losses of {N}.
We reimburse travel costs of {N}.|Travel costs of {N} are reimbursed."""),
    Rule(-1, _OVER, _MONEY, money, """Payments of {N} need a second signature.|A second signature is required for payments of {N}.|For payments of {N} get a second signature.
Gifts worth {N} must be declared.|Declare any gift worth {N}.|Every gift worth {N} has to be declared."""),
    Rule(-1, _OVER, _TIMES, time, """Outages of {N} are reported to customers.|Tell customers about any outage of {N}.|Customers are informed of outages of {N}.
Absences of {N} require a doctor's note.|A doctor's note is required for absences of {N}."""),
    Rule(0, ["{}", "exactly {}"], _TIMES, time, """The contract runs for {N}.|The term of the contract is {N}.|The contract has a term of {N}.
The warranty period is {N}.|A warranty period of {N} applies."""),
    Rule(0, ["{}", "exactly {}"], _WORDS, things, """Write {N}.|The answer consists of {N}.|Give {N}."""),
    Rule(0, ["{}"], _MONEY, money, """The deposit is {N}.|A deposit of {N} is due.|The tenant pays a deposit of {N}."""),
]  # fmt: skip
_FLIP = {id(_UP): _LOW, id(_LOW): _UP, id(_OVER): ["less than {}", "under {}", "below {}"]}
_VAGUE = [
    "promptly",
    "in good time",
    "soon",
    "in due course",
    "as soon as convenient",
    "without undue delay",
    "in a timely manner",
]
_WHY = [
    " This protects everyone involved.",
    " That way nothing is forgotten.",
    " The clock starts at once.",
    " This is important to us.",
]


@dataclass
class _Said:
    """A rule with its amount as one sentence."""

    rule: Rule
    forms: list[str]
    fill: dict[str, str]
    count: int
    unit: str

    def text(self, form: str, bound: str, rng: random.Random) -> str:
        amount = bound.format(self.rule.write(self.count, self.unit, rng))
        out = form.format(N=amount, **self.fill)
        return out[:1].upper() + out[1:]


def pair(rng: random.Random) -> dict[str, str]:
    """The same limit in other words, a moved limit, a turned bound, another unit, or a limit that became vague."""
    rule = rng.choice(_RULES)
    domain: Domain = rng.choice(DOMAINS)
    verb, thing = rng.choice(domain.actions)
    count, unit = rng.choice(rule.amounts)
    forms = rng.choice(rule.forms.splitlines()).split("|")
    said = _Said(rule, forms, {"A": rng.choice(domain.actors), "do": f"{verb} {thing}"}, count, unit)
    form, bound = rng.choice(forms), rng.choice(rule.bounds)
    if rule.bounds[0] == "{}":
        bound = "{}"
    seed = rng.random()
    old = said.text(form, bound, random.Random(seed))
    kept = random.Random(seed) if rng.random() < 0.6 else rng
    other_form = form if rng.random() < 0.65 else rng.choice(forms)
    other_bound = bound if rng.random() < 0.65 else rng.choice(rule.bounds)
    way = rng.random()
    if way < 0.4:
        new, label, kind = said.text(other_form, other_bound, rng), "preserved", "number_words"
    elif way < 0.85 or rule.bounds[0] not in (_UP[0], _LOW[0], _OVER[0], _BY[0]):
        new, label, kind = _moved(said, other_form, other_bound, kept, rng)
    elif id(rule.bounds) in _FLIP:
        new, label, kind = said.text(other_form, rng.choice(_FLIP[id(rule.bounds)]), kept), "worse", "order"
    else:
        new, label, kind = other_form.format(N=rng.choice(_VAGUE), **said.fill), "worse", "quantity"
        new = new[:1].upper() + new[1:]
        if rng.random() < 0.3:
            old, new, label = new, old, "better"
    if rng.random() < 0.12:
        new += rng.choice(_WHY)
    return {"old": old, "new": new, "label": label, "kind": kind}


def _moved(said: _Said, form: str, bound: str, kept: random.Random, rng: random.Random) -> tuple[str, str, str]:
    times = ["minutes", "hours", "days", "weeks", "months", "years"]
    if said.unit in times and rng.random() < 0.25:
        unit, count = rng.choice([u for u in times if u != said.unit]), said.count
        step, kind = times.index(unit) - times.index(said.unit), "unit"
    else:
        counts = sorted({n for n, u in said.rule.amounts if u == said.unit and n != said.count})
        # Near numbers are the common slip, far ones the plain case.
        count = rng.choice(sorted(counts, key=lambda n: abs(n - said.count))[:4] if rng.random() < 0.6 else counts)
        unit, step, kind = said.unit, count - said.count, "quantity"
    moved = _Said(said.rule, said.forms, said.fill, count, unit)
    label = "better" if step * said.rule.better > 0 else "worse"
    return moved.text(form, bound, kept), label, kind
