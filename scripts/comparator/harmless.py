"""Edits of real sentences that keep the meaning; each returns the new sentence or None where it does not apply."""

from __future__ import annotations

import random
import re

from comparator.edit_tables import EXAMPLES, FILLERS, SYNONYMS
from comparator.rewriting import end_of, lower, swap, upper
from comparator.vocabulary import NUMBERS, SAME_TIME


def typo(text: str, rng: random.Random) -> str | None:
    """A slip of the fingers in one to three longer words."""
    for _ in range(rng.choice([1, 1, 2, 3])):
        words = [
            m
            for m in re.finditer(r"[A-Za-z]{5,}", text)
            if m[0].lower() not in ("never", "always", "before", "after", "unless", "except")
        ]
        if not words:
            return None
        match = rng.choice(words)
        at = rng.randrange(1, len(match[0]) - 1)
        word = match[0]
        way = rng.randrange(4)
        if way == 0:
            word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        elif way == 1:
            word = word[:at] + word[at + 1 :]
        elif way == 2:
            word = word[:at] + word[at] + word[at:]
        else:
            word = word[:at] + rng.choice("aeiourstnl") + word[at + 1 :]
        text = text[: match.start()] + word + text[match.end() :]
    return text


def synonym(text: str, rng: random.Random) -> str | None:
    for _ in range(rng.choice([1, 1, 2, 3])):
        new = swap(text, rng, SYNONYMS)
        if new is None:
            return None
        text = new
    return text


def punctuation(text: str, rng: random.Random) -> str | None:
    body, end = end_of(text)
    return rng.choice([
        body + ("" if end.strip() else "."), body + ":" if end.strip() == "." else body + ".", body.replace(", ", " ", 1) + end, f"**{body}**{end}", f"- {body}{end}",
        body.replace(" - ", ", ").replace("; ", ". ") + end, f'{body.replace(chr(34), "“")}{end}', body.upper() + end if len(body) < 50 else body + "!", lower(text), re.sub(r"\s", "  ", text),
        re.sub(r"^(\w+)", r"**\1**", text), body.replace("(", "[").replace(")", "]") + end,
    ])  # fmt: skip


def digits(text: str, rng: random.Random) -> str | None:
    """Numbers as words, words as numbers, and the same span of time in another unit."""
    same = [(group[i], group[j]) for group in SAME_TIME for i in range(len(group)) for j in range(len(group)) if i != j]
    numbers = [(str(i), name) for i, name in enumerate(NUMBERS) if i > 1] + [
        (name, str(i)) for i, name in enumerate(NUMBERS) if i > 1
    ]
    return swap(text, rng, same) or swap(
        text,
        rng,
        [
            *numbers,
            ("twenty", "20"),
            ("20", "twenty"),
            ("thirty", "30"),
            ("30", "thirty"),
            ("fifty", "50"),
            ("50", "fifty"),
            ("100", "one hundred"),
        ],
    )


def turn(text: str, rng: random.Random) -> str | None:
    """A leading clause to the end, or a closing one to the front."""
    body, end = end_of(text)
    front = re.match(
        r"^(If|When|Before|After|Unless|In case|Once|While|For|In|At|During|Without) ([^,]{6,80}), (?!and\b|or\b)([^,]+)$",
        body,
    )
    if front:
        return upper(f"{front[3]} {lower(front[1])} {front[2]}{end}")
    back = re.match(r"^([^,]{8,}?) (if|when|before|after|unless|once|while) ([^,]{6,})$", body)
    if back:
        return f"{upper(back[2])} {back[3]}, {lower(back[1])}{end}"
    return None


def relist(text: str, rng: random.Random) -> str | None:
    """Members of a list in another order, or written one below the other."""
    match = re.search(r"(\b\w+(?: \w+)?), (\w+(?: \w+)?),? (and|or) (\w+)\b", text)
    if match:
        parts = [match[1], match[2], match[4]]
        rng.shuffle(parts)
        return text[: match.start()] + f"{parts[0]}, {parts[1]} {match[3]} {parts[2]}" + text[match.end() :]
    match = re.search(r"\b(\w{4,}) (and|or) (\w{4,})\b", text)
    return (
        text[: match.start()] + f"{match[3]} {match[2]} {match[1]}" + text[match.end() :]
        if match and not match[1][0].isupper()
        else None
    )


def clarify(text: str, rng: random.Random) -> str | None:
    body, end = end_of(text)
    return f"{body} ({rng.choice(EXAMPLES)}){end}" if rng.random() < 0.6 else f"{body}, {rng.choice(EXAMPLES)}{end}"


def polite(text: str, rng: random.Random) -> str | None:
    found = re.search(r"\b(please|kindly|simply|really|very|just) ", text, re.IGNORECASE)
    if found and rng.random() < 0.6:
        return upper(text[: found.start()] + text[found.end() :])
    return upper(f"{rng.choice(FILLERS)} {lower(text)}") if not re.match(r"\W", text) else None


def wrap(text: str, rng: random.Random) -> str | None:
    """The imperative said with more words."""
    if not re.match(r"[A-Z][a-z]+ [a-z]", text) or re.match(
        r"(The|A|An|If|When|You|It|This|That|In|For|Do|Never|No|I|We|He|All|Each|Any)\b", text
    ):
        return None
    if re.match(r"[A-Z][a-z]+(?:ing|ed|s|ly)\b", text):
        return None
    return rng.choice(
        [
            "Make sure to {}",
            "You must {}",
            "You are required to {}",
            "You have to {}",
            "Always {}",
            "Be sure to {}",
            "Your job is to {}",
            "It is your task to {}",
        ]
    ).format(lower(text))
