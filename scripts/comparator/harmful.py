"""Edits of real sentences that lose some of the meaning; each returns the new sentence or None where it does not apply."""

from __future__ import annotations

import random
import re

from comparator.edit_tables import CIRCUMSTANCES, CONDITIONS, EXCEPTIONS, NARROWER, REASONS, SCOPE, table
from comparator.harmless import wrap
from comparator.rewriting import end_of, lower, swap, upper
from comparator.vocabulary import HEDGES, NUMBERS, PARTIAL


def negate(text: str, rng: random.Random) -> str | None:
    """“Not” put in or taken out."""
    out = swap(
        text,
        rng,
        table(
            "do not = | don't = | never = | must not = must | should not = should | cannot = can | is not = is | are not = are | not = | can't = can | avoid = include | without = with | may not = may | no longer = still | shouldn't = should | isn't = is"
        ),
    )
    if out is not None:
        return upper(out.strip())
    out = swap(
        text,
        rng,
        table(
            "must = must not | should = should not | can = cannot | may = may not | is = is not | are = are not | will = will not | has = has not | always = never"
        ),
    )
    if out is not None:
        return out
    return f"Do not {lower(text)}" if wrap(text, rng) else None


def hedge(text: str, rng: random.Random) -> str | None:
    body, end = end_of(text)
    way = rng.random()
    if way < 0.4:
        return f"{body} {rng.choice(HEDGES)}{end}"
    if way < 0.6:
        return f"{upper(rng.choice(HEDGES))}, {lower(text)}"
    lead = wrap(text, rng)
    return (
        f"{rng.choice(['Try to', 'Consider whether to', 'You may', 'You might want to', 'If possible,', 'Feel free to', 'It would be nice to'])} {lower(text)}"
        if lead
        else f"{body} {rng.choice(HEDGES)}{end}"
    )


def except_(text: str, rng: random.Random) -> str | None:
    body, end = end_of(text)
    clause = rng.choice(EXCEPTIONS).format(rng.choice(REASONS))
    way = rng.random()
    if way < 0.2:
        return f"{upper(clause)}, {lower(text)}"
    return (
        f"{body}{rng.choice([', ', ' '])}{clause}{end}"
        if way < 0.85
        else f"{body}, except for {rng.choice(NARROWER)} cases{end}"
    )


def condition(text: str, rng: random.Random) -> str | None:
    body, end = end_of(text)
    clause = rng.choice(CONDITIONS).format(rng.choice(CIRCUMSTANCES))
    return f"{upper(clause)}, {lower(text)}" if rng.random() < 0.35 else f"{body} {clause}{end}"


def number(text: str, rng: random.Random) -> str | None:
    found = [m for m in re.finditer(r"\b\d+(?:\.\d+)?\b", text) if len(m[0]) < 5]
    words = list(re.finditer(r"\b(" + "|".join(NUMBERS[2:]) + r")\b", text))
    if not found and not words:
        return None
    match = rng.choice(found + words)
    value = float(match[0]) if match[0][0].isdigit() else NUMBERS.index(match[0])
    new = rng.choice(
        [
            value * 2,
            value + rng.randrange(1, 10),
            max(1, value // 2),
            value * 10,
            value + 1,
            value * 3,
            max(1, value - 1),
        ]
    )
    if new == value:
        return None
    return (
        text[: match.start()]
        + (NUMBERS[int(new)] if not match[0][0].isdigit() and new < 13 else f"{new:g}")
        + text[match.end() :]
    )


def unit(text: str, rng: random.Random) -> str | None:
    return swap(
        text,
        rng,
        table(
            "minutes = hours | hours = days | days = weeks | weeks = months | words = sentences | sentences = paragraphs | euros = dollars | percent = points | seconds = minutes | months = years | characters = words | dollars = cents | hour = day | day = week"
        ),
    )


def cut_clause(text: str, rng: random.Random) -> str | None:
    """A clause or a member of a list dropped."""
    body, end = end_of(text)
    found = re.search(
        r" (?:if|when|unless|until|before|after|without|only|including|with|within|and|or|for|by|so that|as well as|using|in) [^,]{6,80}$",
        body,
    )
    if found and rng.random() < 0.6 and found.start() > 12:
        return body[: found.start()].rstrip(",") + end
    found = re.search(r", (?:and |or )?[^,]{4,60}(?=,|$)", body)
    if found and len(body) - len(found[0]) > 15:
        return body[: found.start()] + body[found.end() :] + end
    found = re.search(r"^(?:If|When|Before|After|Unless|In|For) [^,]{6,80}, (.+)$", body)
    return upper(found[1]) + end if found else None


def cut_joined(text: str, rng: random.Random) -> str | None:
    found = re.search(r"\b(\w{4,}(?: \w{4,})?) and (\w{4,}(?: \w{4,})?)\b", text)
    return text[: found.start()] + rng.choice([found[1], found[2]]) + text[found.end() :] if found else None


def either(text: str, rng: random.Random) -> str | None:
    return swap(text, rng, [("and", "or"), ("and", "and/or")])


def narrow(text: str, rng: random.Random) -> str | None:
    found = list(re.finditer(r"\b(?:the|all|any|for|and|of|to|in) (?=[a-z]{4,}s\b)", text))
    if not found:
        return None
    at = rng.choice(found).end()
    return f"{text[:at]}{rng.choice(NARROWER)} {text[at:]}"


def part(text: str, rng: random.Random) -> str | None:
    found = swap(text, rng, SCOPE)
    if found and rng.random() < 0.7:
        return found
    return swap(
        text,
        rng,
        [
            ("all", rng.choice(PARTIAL)),
            ("every", "nearly every"),
            ("each", "almost each"),
            ("the entire", "part of the"),
        ],
    )


def named(text: str, rng: random.Random) -> str | None:
    """A matter named in the place of another."""
    things = table(
        "users = developers | user = developer | customers = suppliers | customer = supplier | assistant = user | developer = user | teacher = pupil | patient = visitor | nurse = doctor | manager = employee | author = reader | summary = title | title = quote | ideas = jokes | facts = opinions | article = podcast | questions = answers | security = marketing | risks = benefits | causes = effects | English = French | Markdown = JSON | bullets = paragraphs | legal = sales | code = prose | tenants = landlords | employees = managers | seller = buyer | buyer = seller | paper = video | quotes = references | recommendations = complaints | habits = names | insights = slogans | numbers = letters"
    )
    return swap(text, rng, things)


def roles(text: str, rng: random.Random) -> str | None:
    found = re.search(r"\b([Tt]he|[Aa]n?) (\w{4,}) (\w+(?: \w+){0,3}?) (the|an?) (\w{4,})\b", text)
    if not found or found[2] == found[5]:
        return None
    return text[: found.start()] + f"{found[1]} {found[5]} {found[3]} {found[4]} {found[2]}" + text[found.end() :]
