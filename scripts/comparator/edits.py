"""Edits of real sentences: each returns the new sentence or None where it does not apply. Harmless ones keep the meaning,
harmful ones lose some of it; turning a harmful one round gives a better rule only where TURNS says so."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from comparator.frames import HEDGES, NUMBERS, PARTIAL

Edit = Callable[[str, random.Random], str | None]


def _swap(text: str, rng: random.Random, table: list[tuple[str, str]]) -> str | None:
    """One phrase of the table replaced, in the case it had."""
    found = [(m, new) for old, new in table for m in re.finditer(rf"\b{old}\b", text, re.IGNORECASE)]
    if not found:
        return None
    match, new = rng.choice(found)
    if match[0][:1].isupper():
        new = new[:1].upper() + new[1:]
    return re.sub(r"  +", " ", text[: match.start()] + new + text[match.end() :])


def _table(text: str, both: bool = False) -> list[tuple[str, str]]:
    rows = []
    for entry in text.split("|"):
        old, _, new = entry.strip().partition(" = ")
        rows.append((old.strip(), new.strip()))
        if both:
            rows.append((new.strip(), old.strip()))
    return rows


SYNONYMS = _table(
    """show = display | provide = supply | use = employ | make = produce | give = offer | help = assist | begin = start | finish = complete
    | ensure = make sure | important = significant | quickly = rapidly | answer = reply | ask = enquire | tell = inform | create = generate
    | extract = pull out | list = enumerate | clear = understandable | concise = succinct | brief = short | section = part | follow = adhere to
    | avoid = steer clear of | do not use = avoid using | must = have to | should = ought to | for example = for instance | in order to = to
    | such as = like | as well as = and also | therefore = thus | about = regarding | however = nevertheless | each = every | consider = take into account
    | try to = attempt to | need to = have to | is able to = can | before = prior to | after = following | immediately = at once | because = since
    | if = in case | when = whenever | only = solely | at least = no less than | at most = no more than | more than = over | less than = under
    | without = with no | within = in no more than | not allowed = forbidden | is not permitted = is prohibited | choose = select | write = compose
    | explain = clarify | change = modify | remove = delete | keep = retain | buy = purchase | send = dispatch | get = obtain | big = large
    | wrong = incorrect | right = correct | entire = whole | people = persons | users = people using it | information = details | instructions = directions
    | question = query | problem = issue | task = job | step = stage | detailed = thorough | relevant = pertinent | specific = particular
    | harmful = damaging | assistant = AI model | text = content | message = note | input = given text | output = result | never = at no time
    | always = at all times | refuse = decline | respond = reply | request = ask for | understand = comprehend | identify = spot | describe = depict""",
    both=True,
)
SPELLING = _table(
    "organize = organise | summarize = summarise | analyze = analyse | behavior = behaviour | color = colour | center = centre | recognize = recognise "
    "| prioritize = prioritise | favor = favour | honor = honour | customize = customise | apologize = apologise | email = e-mail | percent = % ",
    both=True,
)
CONTRACTIONS = _table(
    "do not = don't | does not = doesn't | is not = isn't | are not = aren't | cannot = can't | should not = shouldn't | it is = it's "
    "| you are = you're | will not = won't | did not = didn't | must not = mustn't | that is = that's | you will = you'll | have not = haven't | can not = cannot",
    both=True,
)
WEAKER = _table(
    "must = may | must = should | must = can | shall = may | should = may | should = could | will = might | always = usually | always = sometimes "
    "| have to = may | need to = might | required = optional | required = encouraged | ensure = try to ensure | make sure = try to make sure "
    "| mandatory = recommended | never = rarely | never = generally avoid to | do not = try not to | must not = should not | should not = may not always "
    "| cannot = should not | strictly = loosely | fully = partly | completely = mostly | carefully = briefly | immediately = eventually | exactly = roughly"
)
SCOPE = _table(
    "all = some | all = most | every = almost every | any = certain | each = selected | everyone = some people | everything = most things | entire = main "
    "| only = often | only = mainly | both = either | all = key | any = some"
)
ORDER = _table(
    "before = after | after = before | first = last | until = after | at least = at most | at most = at least | no more than = no less than | more than = less than"
    " | less than = more than | under = over | above = below | or fewer = or more | prior to = after | earlier = later | maximum = minimum",
)
ANTONYMS = _table(
    "include = exclude | exclude = include | accept = reject | allow = forbid | forbid = allow | safe = unsafe | public = private | private = public | positive = negative "
    "| increase = decrease | simple = complex | concise = lengthy | short = long | detailed = vague | formal = informal | true = false | correct = incorrect | agree = disagree "
    "| with = without | without = with | keep = discard | clear = unclear | relevant = irrelevant | honest = misleading | ignore = follow | follow = ignore | internal = external "
    "| enable = disable | legal = illegal | strengths = weaknesses | best = worst | good = bad | helpful = unhelpful | explicit = implicit | avoid = embrace | refuse = agree "
    "| human = machine | trusted = untrusted | harmless = harmful | harmful = harmless | reveal = conceal | agrees = disagrees | high = low | more = fewer | most = least | new = old"
)  # fmt: skip
EXCEPTIONS = [
    "unless {}", "except when {}", "except if {}", "other than when {}", "save where {}", "unless, of course, {}", "apart from cases where {}",
]  # fmt: skip
REASONS = [
    "the customer insists", "it is inconvenient", "time is short", "the user says it is fine", "the manager agrees", "the request is urgent", "it would take too long",
    "someone asks for it", "the operator prefers otherwise", "there is a good reason", "the text is very short", "it concerns an internal matter", "the case is minor", "resources are limited",
]  # fmt: skip
CONDITIONS = ["if {}", "when {}", "only if {}", "provided that {}", "as long as {}", "where {}"]
CIRCUMSTANCES = [
    "the user asks for it", "there is enough time", "the input is long", "the budget allows it", "a manager requests it", "the customer has a premium account", "it is a weekday",
    "the topic is technical", "the text is in English", "somebody complains", "the amount exceeds 500 euros", "the system is online", "the reader is an expert",
]  # fmt: skip
EXAMPLES = [
    "for example in the summary",
    "for instance as a short note",
    "e.g. a table",
    "such as names or dates",
    "that is, in plain words",
    "say, at the top",
    "for example “see above”",
]
FILLERS = ["please", "kindly", "simply", "then", "also", "in any case", "of course"]
NARROWER = [
    "written",
    "important",
    "major",
    "recent",
    "internal",
    "registered",
    "large",
    "serious",
    "adult",
    "premium",
    "official",
    "domestic",
    "confirmed",
    "external",
    "English",
    "paid",
]


def _end(text: str) -> tuple[str, str]:
    match = re.search(r"[.!?:;]*\s*$", text)
    at = match.start() if match else len(text)
    return text[:at], text[at:] if at else ""


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:] if not text[:2].isupper() and not text.startswith("I ") else text


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


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
        new = _swap(text, rng, SYNONYMS)
        if new is None:
            return None
        text = new
    return text


def punctuation(text: str, rng: random.Random) -> str | None:
    body, end = _end(text)
    return rng.choice([
        body + ("" if end.strip() else "."), body + ":" if end.strip() == "." else body + ".", body.replace(", ", " ", 1) + end, f"**{body}**{end}", f"- {body}{end}",
        body.replace(" - ", ", ").replace("; ", ". ") + end, f'{body.replace(chr(34), "“")}{end}', body.upper() + end if len(body) < 50 else body + "!", _lower(text), re.sub(r"\s", "  ", text),
        re.sub(r"^(\w+)", r"**\1**", text), body.replace("(", "[").replace(")", "]") + end,
    ])  # fmt: skip


def digits(text: str, rng: random.Random) -> str | None:
    """Numbers as words, words as numbers, and the same span of time in another unit."""
    from comparator.frames import SAME_TIME

    same = [(group[i], group[j]) for group in SAME_TIME for i in range(len(group)) for j in range(len(group)) if i != j]
    table = [(str(i), name) for i, name in enumerate(NUMBERS) if i > 1] + [
        (name, str(i)) for i, name in enumerate(NUMBERS) if i > 1
    ]
    return _swap(text, rng, same) or _swap(
        text,
        rng,
        [
            *table,
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
    body, end = _end(text)
    front = re.match(
        r"^(If|When|Before|After|Unless|In case|Once|While|For|In|At|During|Without) ([^,]{6,80}), (?!and\b|or\b)([^,]+)$",
        body,
    )
    if front:
        return _upper(f"{front[3]} {_lower(front[1])} {front[2]}{end}")
    back = re.match(r"^([^,]{8,}?) (if|when|before|after|unless|once|while) ([^,]{6,})$", body)
    if back:
        return f"{_upper(back[2])} {back[3]}, {_lower(back[1])}{end}"
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
    body, end = _end(text)
    return f"{body} ({rng.choice(EXAMPLES)}){end}" if rng.random() < 0.6 else f"{body}, {rng.choice(EXAMPLES)}{end}"


def polite(text: str, rng: random.Random) -> str | None:
    found = re.search(r"\b(please|kindly|simply|really|very|just) ", text, re.IGNORECASE)
    if found and rng.random() < 0.6:
        return _upper(text[: found.start()] + text[found.end() :])
    return _upper(f"{rng.choice(FILLERS)} {_lower(text)}") if not re.match(r"\W", text) else None


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
    ).format(_lower(text))


def negate(text: str, rng: random.Random) -> str | None:
    """“Not” put in or taken out."""
    out = _swap(
        text,
        rng,
        _table(
            "do not = | don't = | never = | must not = must | should not = should | cannot = can | is not = is | are not = are | not = | can't = can | avoid = include | without = with | may not = may | no longer = still | shouldn't = should | isn't = is"
        ),
    )
    if out is not None:
        return _upper(out.strip())
    out = _swap(
        text,
        rng,
        _table(
            "must = must not | should = should not | can = cannot | may = may not | is = is not | are = are not | will = will not | has = has not | always = never"
        ),
    )
    if out is not None:
        return out
    return f"Do not {_lower(text)}" if wrap(text, rng) else None


def hedge(text: str, rng: random.Random) -> str | None:
    body, end = _end(text)
    way = rng.random()
    if way < 0.4:
        return f"{body} {rng.choice(HEDGES)}{end}"
    if way < 0.6:
        return f"{_upper(rng.choice(HEDGES))}, {_lower(text)}"
    lead = wrap(text, rng)
    return (
        f"{rng.choice(['Try to', 'Consider whether to', 'You may', 'You might want to', 'If possible,', 'Feel free to', 'It would be nice to'])} {_lower(text)}"
        if lead
        else f"{body} {rng.choice(HEDGES)}{end}"
    )


def except_(text: str, rng: random.Random) -> str | None:
    body, end = _end(text)
    clause = rng.choice(EXCEPTIONS).format(rng.choice(REASONS))
    way = rng.random()
    if way < 0.2:
        return f"{_upper(clause)}, {_lower(text)}"
    return (
        f"{body}{rng.choice([', ', ' '])}{clause}{end}"
        if way < 0.85
        else f"{body}, except for {rng.choice(NARROWER)} cases{end}"
    )


def condition(text: str, rng: random.Random) -> str | None:
    body, end = _end(text)
    clause = rng.choice(CONDITIONS).format(rng.choice(CIRCUMSTANCES))
    return f"{_upper(clause)}, {_lower(text)}" if rng.random() < 0.35 else f"{body} {clause}{end}"


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
    return _swap(
        text,
        rng,
        _table(
            "minutes = hours | hours = days | days = weeks | weeks = months | words = sentences | sentences = paragraphs | euros = dollars | percent = points | seconds = minutes | months = years | characters = words | dollars = cents | hour = day | day = week"
        ),
    )


def cut_clause(text: str, rng: random.Random) -> str | None:
    """A clause or a member of a list dropped."""
    body, end = _end(text)
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
    return _upper(found[1]) + end if found else None


def cut_joined(text: str, rng: random.Random) -> str | None:
    found = re.search(r"\b(\w{4,}(?: \w{4,})?) and (\w{4,}(?: \w{4,})?)\b", text)
    return text[: found.start()] + rng.choice([found[1], found[2]]) + text[found.end() :] if found else None


def either(text: str, rng: random.Random) -> str | None:
    return _swap(text, rng, [("and", "or"), ("and", "and/or")])


def narrow(text: str, rng: random.Random) -> str | None:
    found = list(re.finditer(r"\b(?:the|all|any|for|and|of|to|in) (?=[a-z]{4,}s\b)", text))
    if not found:
        return None
    at = rng.choice(found).end()
    return f"{text[:at]}{rng.choice(NARROWER)} {text[at:]}"


def part(text: str, rng: random.Random) -> str | None:
    found = _swap(text, rng, SCOPE)
    if found and rng.random() < 0.7:
        return found
    return _swap(
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
    table = _table(
        "users = developers | user = developer | customers = suppliers | customer = supplier | assistant = user | developer = user | teacher = pupil | patient = visitor | nurse = doctor | manager = employee | author = reader | summary = title | title = quote | ideas = jokes | facts = opinions | article = podcast | questions = answers | security = marketing | risks = benefits | causes = effects | English = French | Markdown = JSON | bullets = paragraphs | legal = sales | code = prose | tenants = landlords | employees = managers | seller = buyer | buyer = seller | paper = video | quotes = references | recommendations = complaints | habits = names | insights = slogans | numbers = letters"
    )
    return _swap(text, rng, table)


def roles(text: str, rng: random.Random) -> str | None:
    found = re.search(r"\b([Tt]he|[Aa]n?) (\w{4,}) (\w+(?: \w+){0,3}?) (the|an?) (\w{4,})\b", text)
    if not found or found[2] == found[5]:
        return None
    return text[: found.start()] + f"{found[1]} {found[5]} {found[3]} {found[4]} {found[2]}" + text[found.end() :]


def _of(table: list[tuple[str, str]]) -> Edit:
    return lambda text, rng: _swap(text, rng, table)


HARMLESS: dict[str, tuple[Edit, float]] = {
    "typo": (typo, 3), "synonym": (synonym, 5), "punctuation": (punctuation, 3), "number_words": (digits, 4), "reorder": (turn, 4), "list_order": (relist, 2), "clarify": (clarify, 3),
    "politeness": (polite, 2), "wrap": (wrap, 2), "contraction": (_of(CONTRACTIONS), 3), "spelling_variant": (_of(SPELLING), 3),
}  # fmt: skip
HARMFUL: dict[str, tuple[str, Edit, float]] = {
    "negate": ("negation", negate, 3), "weaker": ("modality", _of(WEAKER), 3), "hedge": ("modality", hedge, 2), "except": ("exception", except_, 3), "condition": ("condition", condition, 3),
    "number": ("quantity", number, 3), "unit": ("unit", unit, 2), "cut_clause": ("deletion", cut_clause, 3), "cut_joined": ("deletion", cut_joined, 1.5), "either": ("condition", either, 1.5),
    "narrow": ("scope", narrow, 2), "part": ("scope", part, 3), "named": ("object", named, 3), "roles": ("actor", roles, 2), "order": ("order", _of(ORDER), 3), "antonym": ("antonym", _of(ANTONYMS), 3),
}  # fmt: skip
TURNS = frozenset({"weaker", "hedge", "except", "condition", "cut_clause", "cut_joined", "narrow", "part", "either"})


def harmless(text: str, rng: random.Random) -> tuple[str, str] | None:
    """One to three edits after which the text says the same; rare edits that apply are as likely as common ones."""
    kinds, new = [], text
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        applied = {name: out for name, (edit, _) in HARMLESS.items() if (out := edit(new, rng)) and out != new}
        if not applied:
            break
        kind = rng.choices(list(applied), [HARMLESS[name][1] for name in applied])[0]
        kinds.append(kind)
        new = applied[kind]
    return (new, kinds[0]) if kinds and new.strip() != text.strip() else None


def harmful(text: str, rng: random.Random) -> tuple[str, str, str] | None:
    """One edit after which the text says less or something else: new text, kind, and the edit's name."""
    applied = {
        name: out for name, (_, edit, _) in HARMFUL.items() if (out := edit(text, rng)) and out.strip() != text.strip()
    }
    if not applied:
        return None
    name = rng.choices(list(applied), [HARMFUL[n][2] for n in applied])[0]
    return applied[name], HARMFUL[name][0], name
