"""Policies as frames (who, how strongly, does what, by when, if what): one frame can be worded in many ways, so a pair
can keep the meaning with hardly a word in common, or lose it with one word changed."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from comparator.vocabulary import ALIKE, DOMAINS, OPPOSED, Domain, gerund, past, singular

NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
SAME_TIME = [
    ("24 hours", "one day"), ("48 hours", "two days"), ("7 days", "one week"), ("14 days", "two weeks", "a fortnight"),
    ("60 minutes", "one hour"), ("12 months", "one year"), ("90 seconds", "one and a half minutes"), ("36 months", "three years"),
    ("120 minutes", "two hours"), ("72 hours", "three days"), ("30 minutes", "half an hour"), ("six months", "half a year"),
]  # fmt: skip
UNITS = ["minutes", "hours", "days", "weeks", "months"]
HEDGES = [
    "where possible", "if feasible", "as a rule", "normally", "in most cases", "whenever practical", "if time permits",
    "as far as reasonable", "generally", "where it makes sense", "at their discretion", "preferably", "ideally",
]  # fmt: skip
PARTIAL = ["some", "most", "many", "selected", "a sample of", "nearly all", "important", "a few", "the majority of"]


@dataclass(frozen=True)
class Frame:
    """What a made-up rule says; `count` is the number of its time limit."""

    domain: Domain
    actor: str
    force: str  # must, ban, may, should
    verb: str
    things: tuple[str, ...]
    joint: str = "and"
    quantifier: str = ""  # "", all, or one of PARTIAL
    adjective: str = ""
    recipient: str = ""
    count: int = 0
    unit: str = ""
    bound: str = "within"  # within, after
    event: str = ""
    order: str = ""  # before, after: relation to the event without a number
    condition: str = ""
    only_if: bool = False
    exception: str = ""
    hedge: str = ""


def make(rng: random.Random) -> Frame:
    domain = rng.choice(DOMAINS)
    verb, thing = rng.choice(domain.actions)
    things: tuple[str, ...] = (thing,)
    if rng.random() < 0.2:
        other = rng.choice([t for _, t in domain.actions if t != thing])
        things = (thing, other)
    force = rng.choices(["must", "ban", "may", "should"], [0.5, 0.3, 0.14, 0.06])[0]
    frame = Frame(domain, rng.choice(domain.actors), force, verb, things)
    if rng.random() < 0.35 and force != "may":
        frame = replace(frame, quantifier="all")
    if rng.random() < 0.3:
        frame = replace(frame, adjective=rng.choice(domain.adjectives))
    if rng.random() < 0.15 and verb in (
        "send",
        "report",
        "disclose",
        "transfer",
        "hand in",
        "share",
        "escalate",
        "notify",
        "announce",
    ):
        frame = replace(frame, recipient=rng.choice(domain.recipients))
    extra = rng.random()
    if extra < 0.3 and force == "must":
        count, unit = rng.choice([2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 30, 45, 60, 90]), rng.choice(UNITS)
        if rng.random() < 0.3:
            text = rng.choice(SAME_TIME)[0].split()
            count, unit = (int(text[0]) if text[0].isdigit() else 6), text[1]
        frame = replace(frame, count=count, unit=unit, event=rng.choice(domain.events))
    elif extra < 0.45:
        frame = replace(frame, order="before", event=rng.choice(domain.events))
    elif extra < 0.65:
        frame = replace(frame, condition=rng.choice(domain.conditions), only_if=force == "may")
    if rng.random() < 0.15 and force != "may":
        frame = replace(frame, exception=rng.choice(domain.exceptions))
    return frame


class Style:
    """Choices made once and then kept, so that two frames can be worded alike; `shake` makes some of them anew."""

    def __init__(self, rng: random.Random, kept: dict[str, float] | None = None) -> None:
        self.rng, self.kept = rng, kept or {}

    def pick(self, slot: str, options: list[str]) -> str:
        share = self.kept.setdefault(slot, self.rng.random())
        return options[min(int(share * len(options)), len(options) - 1)]

    def roll(self, slot: str) -> float:
        return self.kept.setdefault(slot, self.rng.random())

    def shaken(self, share: float) -> Style:
        return Style(self.rng, {key: value for key, value in self.kept.items() if self.rng.random() >= share})


def _noun_phrase(frame: Frame, style: Style) -> tuple[str, bool]:
    """The object and whether it is plural."""
    things = list(frame.things)
    if style.roll("turn") < 0.4:
        things.reverse()
    things = [
        style.pick("thing " + t, [t, *ALIKE[t]]) if t in ALIKE and style.roll("synonym " + t) < 0.4 else t
        for t in things
    ]
    adjective = frame.adjective
    if adjective in ALIKE and style.roll("synonym adjective") < 0.3:
        adjective = style.pick("adjective", ALIKE[adjective])
    joint = {"and": ["and", "and", "as well as"], "or": ["or"]}[frame.joint]
    if frame.force == "ban" and frame.joint == "and":
        joint = ["or", "and"]
    if frame.quantifier == "all":
        if len(things) == 1 and style.roll("every") < 0.5:
            word = style.pick(
                "each",
                ["every", "each", "every single", "any"] if frame.force == "ban" else ["every", "each", "every single"],
            )
            return " ".join(x for x in (word, adjective, singular(things[0])) if x), False
        lead = style.pick("all", ["all", "all", "all the"])
    else:
        lead = frame.quantifier
    phrase = f" {style.pick('joint', joint)} ".join(things)
    return " ".join(x for x in (lead, adjective, phrase) if x), True


def _number(count: int, style: Style) -> str:
    return NUMBERS[count] if count < len(NUMBERS) and style.roll("digits") < 0.5 else str(count)


def _time(frame: Frame, style: Style) -> str:
    if not frame.event:
        return ""
    if not frame.count:
        options = {
            "before": ["before", "prior to", "ahead of"],
            "after": ["after", "following", "once there has been"],
        }[frame.order]
        return f"{style.pick('order', options)} {frame.event}"
    amount = f"{_number(frame.count, style)} {frame.unit if frame.count != 1 else frame.unit.rstrip('s')}"
    for same in SAME_TIME:
        if f"{frame.count} {frame.unit}" == same[0] and style.roll("unit") < 0.5:
            amount = style.pick("amount", list(same[1:]))
    if frame.bound == "after":
        return f"after {amount} from {frame.event}"
    form = style.pick(
        "within",
        ["within {} of {}", "within {} of {}", "no later than {} after {}", "at most {} after {}", "not later than {} after {}",
         "in {} or less after {}", "inside {} of {}", "no more than {} after {}"],
    )  # fmt: skip
    return form.format(amount, frame.event)


def _condition(frame: Frame, style: Style) -> str:
    if not frame.condition:
        return ""
    words = (
        ["only if", "only when", "only where", "provided that", "on condition that", "solely if", "as long as"]
        if frame.only_if
        else ["if", "when", "whenever", "in case", "where", "any time"]
    )
    return f"{style.pick('if', words)} {frame.condition}"


def _exception(frame: Frame, style: Style) -> str:
    if not frame.exception:
        return ""
    return f"{style.pick('unless', ['unless', 'except if', 'except when', 'other than when', 'save where', 'apart from cases where'])} {frame.exception}"


def _forms(frame: Frame, thing: str, plural: bool, style: Style) -> str:
    actor, verb = frame.actor, frame.verb
    if verb in ALIKE and style.roll("synonym verb") < 0.4:
        verb = style.pick("verb", ALIKE[verb])
    head = singular(actor.removeprefix("the ")) if not actor.startswith("the ") else singular(actor)
    bare = f"{verb} {thing}"
    done, doing, be = f"{thing} {{}} {past(verb)} by {actor}", f"{gerund(verb)} {thing}", "are" if plural else "is"
    if frame.force == "must":
        options = [
            f"{actor} must {bare}", f"{actor} must {bare}", f"{actor} shall {bare}", f"{actor} are required to {bare}", f"{actor} have to {bare}",
            f"{actor} need to {bare}", done.format("must be"), done.format("shall be"), done.format(f"{be} to be"), f"{actor} {bare}",
            f"{actor} always {bare}", f"it is the duty of {actor} to {bare}", f"{doing} is mandatory for {actor}", f"{actor} are obliged to {bare}",
            f"{actor} are responsible for {doing}", f"make sure that {actor} {bare}", f"every {head} must {bare}", done.format(be),
            f"{actor} may not fail to {bare}", f"{actor} are not allowed to skip {doing}",
        ]  # fmt: skip
    elif frame.force == "ban":
        options = [
            f"{actor} must not {bare}", f"{actor} must never {bare}", f"{actor} may not {bare}", f"{actor} shall not {bare}",
            f"{actor} are not allowed to {bare}", f"{actor} are forbidden to {bare}", f"{actor} are prohibited from {doing}", f"{actor} cannot {bare}",
            f"{actor} never {bare}", f"{actor} do not {bare}", done.format("must not be"), done.format("may never be"), f"{doing} is forbidden for {actor}",
            f"under no circumstances may {actor} {bare}", f"no {head} may {bare}", f"{actor} refrain from {doing}", f"{doing} is off limits for {actor}",
            f"at no time shall {actor} {bare}", f"{actor} have no right to {bare}", f"{actor} mustn't {bare}",
        ]  # fmt: skip
    elif frame.force == "may":
        options = [
            f"{actor} may {bare}", f"{actor} can {bare}", f"{actor} are allowed to {bare}", f"{actor} are permitted to {bare}", f"{actor} are free to {bare}",
            done.format("may be"), f"{doing} is allowed for {actor}", f"it is fine for {actor} to {bare}", f"{actor} have permission to {bare}",
        ]  # fmt: skip
    else:
        options = [
            f"{actor} should {bare}", f"{actor} ought to {bare}", f"{actor} are encouraged to {bare}", f"{actor} are advised to {bare}",
            done.format("should be"), f"it is recommended that {actor} {bare}", f"{actor} are expected, though not obliged, to {bare}",
            f"{actor} try to {bare}", f"{actor} make an effort to {bare}", f"{actor} are asked to consider {doing}",
        ]  # fmt: skip
    return style.pick("form " + frame.force, options)


def render(frame: Frame, style: Style) -> str:
    """One way to word the frame."""
    thing, plural = _noun_phrase(frame, style)
    if frame.recipient:
        thing += f" to {frame.recipient}"
    main = _forms(frame, thing, plural, style)
    front, back = [], []
    for slot, part in (("hedge", frame.hedge), ("time", _time(frame, style)), ("condition", _condition(frame, style))):
        if part:
            (front if style.roll("front " + slot) < 0.35 and not front else back).append(part)
    exception = _exception(frame, style)
    if exception:
        (front if style.roll("front exception") < 0.2 and not front else back).append(exception)
    if len(back) > 1 and exception:
        back[-1] = ", " + back[-1] if style.roll("comma") < 0.5 else back[-1]
    text = (f"{front[0]}, " if front else "") + " ".join([main, *back]).replace(" ,", ",")
    return text[0].upper() + text[1:] + "."


def weaken(frame: Frame, rng: random.Random) -> tuple[Frame, str, str] | None:
    """A frame that says something else, whether turning back is 'better' or also 'worse', and the kind of change."""
    binding = frame.force in ("must", "ban")
    options: list[tuple[Frame, str, str]] = []
    if binding:
        softer = "may" if frame.force == "ban" else rng.choice(["may", "should", "should"])
        options += [(replace(frame, force=softer), "better", "modality")] * 3
        options += [(replace(frame, hedge=rng.choice(HEDGES)), "better", "modality")] * 2
    if frame.force == "must":
        options += [(replace(frame, force="ban", condition=""), "worse", "negation")] * 2
    if frame.force == "ban":
        options += [(replace(frame, force="must", condition=""), "worse", "negation")] * 2
    if frame.force == "may":
        options += [(replace(frame, force="ban", condition="", only_if=False), "worse", "negation")] * 2
    if frame.verb in OPPOSED:
        options += [(replace(frame, verb=OPPOSED[frame.verb]), "worse", "antonym")] * 2
    if not frame.exception and binding:
        options += [(replace(frame, exception=rng.choice(frame.domain.exceptions)), "better", "exception")] * 3
    if not frame.condition and binding:
        options += [
            (
                replace(frame, condition=rng.choice(frame.domain.conditions), only_if=rng.random() < 0.5),
                "better",
                "condition",
            )
        ] * 2
    if frame.condition and frame.only_if:
        options += [(replace(frame, condition="", only_if=False), "better", "condition")] * 2
    if frame.condition:
        options.append(
            (
                replace(frame, condition=rng.choice([c for c in frame.domain.conditions if c != frame.condition])),
                "worse",
                "condition",
            )
        )
    if frame.count:
        if rng.random() < 0.6:
            count = rng.choice(
                [n for n in (2, 3, 4, 6, 8, 10, 12, 15, 20, 30, 40, 50, 60, 72, 90) if n > frame.count]
                or [frame.count * 2]
            )
            options += [(replace(frame, count=count), "better", "quantity")] * 3
        else:
            later = UNITS[UNITS.index(frame.unit) + 1 :] if frame.unit in UNITS else []
            options += [(replace(frame, unit=rng.choice(later)), "better", "unit")] * 2 if later else []
        options.append((replace(frame, count=0, unit="", event=""), "better", "deletion"))
    if frame.order == "before":
        options += [(replace(frame, order="after"), "worse", "order")] * 3
        options.append((replace(frame, order="", event=""), "better", "deletion"))
    if frame.quantifier == "all":
        options += [(replace(frame, quantifier=rng.choice(PARTIAL)), "better", "scope")] * 3
    if len(frame.things) == 2 and frame.force != "ban":
        options += [(replace(frame, joint="or"), "better", "condition")] * 2
    if len(frame.things) == 2:
        options += [(replace(frame, things=(rng.choice(frame.things),)), "better", "deletion")] * 3
    if not frame.adjective and binding:
        options += [(replace(frame, adjective=rng.choice(frame.domain.adjectives)), "better", "scope")] * 2
    others = [a for a in frame.domain.actors if a != frame.actor]
    options += [(replace(frame, actor=rng.choice(others)), "worse", "actor")] * 2
    if frame.recipient:
        options += [
            (
                replace(frame, recipient=rng.choice([r for r in frame.domain.recipients if r != frame.recipient])),
                "worse",
                "actor",
            )
        ] * 2
    known = {frame.verb, *ALIKE.get(frame.verb, ())}
    thing = rng.choice(
        [t for v, t in frame.domain.actions if t not in frame.things and t not in ALIKE.get(frame.things[0], ())]
    )
    options.append((replace(frame, things=(thing, *frame.things[1:])), "worse", "object"))
    verb = rng.choice([v for v, _ in frame.domain.actions if v not in known and not known & set(ALIKE.get(v, ()))])
    options.append((replace(frame, verb=verb), "worse", "object"))
    return rng.choice(options)


def pair(rng: random.Random) -> dict[str, str]:
    """One pair with its label; the style of the new side is nearly the old one's or quite another, whatever the label."""
    frame = make(rng)
    style = Style(rng)
    old = render(frame, style)
    other = style.shaken(rng.choice([0.0, 0.0, 0.15, 0.4, 0.8]))
    if rng.random() < 0.42:
        for _ in range(6):
            new = render(frame, other)
            if new != old:
                break
            other = style.shaken(rng.choice([0.15, 0.4, 0.8]))
        return {"old": old, "new": new, "label": "preserved", "kind": "paraphrase"}
    changed = weaken(frame, rng)
    assert changed
    new = render(changed[0], other)
    if rng.random() < 0.25:
        return {"old": new, "new": old, "label": changed[1], "kind": changed[2]}
    return {"old": old, "new": new, "label": "worse", "kind": changed[2]}


def passage(rng: random.Random) -> dict[str, str]:
    """Several rules together: one changed, dropped, added or moved, or all of them worded anew."""
    frames = [make(rng)]
    while len(frames) < rng.choice([1, 2, 3, 3, 4]):
        other = make(rng)
        frames.append(replace(other, domain=frames[0].domain) if other.domain == frames[0].domain else other)
    styles = [Style(rng) for _ in frames]
    old = [render(frame, style) for frame, style in zip(frames, styles, strict=True)]
    new = list(old)
    way = rng.random()
    label, kind = "preserved", "moved"
    at = rng.randrange(len(frames))
    if way < 0.25:
        rng.shuffle(new)
        for index in range(len(frames)):
            if rng.random() < 0.3:
                new[index] = render(frames[index], styles[index].shaken(0.5)) if new == old else new[index]
    elif way < 0.45:
        new = [render(frame, style.shaken(0.5)) for frame, style in zip(frames, styles, strict=True)]
        kind = "paraphrase"
    elif way < 0.7:
        changed = weaken(frames[at], rng)
        assert changed
        new[at], label, kind = render(changed[0], styles[at].shaken(0.1)), "worse", changed[2]
    elif way < 0.85:
        del new[at]
        label, kind = "worse", "deletion"
    elif way < 0.95:
        new.insert(rng.randrange(len(new) + 1), render(make(rng), Style(rng)))
        label, kind = "better", "addition"
    else:
        leave = replace(
            frames[at],
            force="may",
            hedge="",
            exception=frames[at].exception or rng.choice(frames[at].domain.exceptions),
        )
        new.insert(
            at + 1,
            rng.choice(["However, {}", "In urgent cases {}", "Still, {}", "That said, {}"]).format(
                _lowered(render(leave, Style(rng)))
            ),
        )
        label, kind = "worse", "addition"
    joint = rng.choice([" ", " ", "\n", "\n- "])
    lead = "- " if joint.endswith("- ") else ""
    tail = joint if rng.random() < 0.8 else rng.choice([" ", "\n"])
    return {
        "old": lead + joint.join(old),
        "new": (lead if tail == joint else "") + tail.join(new),
        "label": label,
        "kind": kind,
    }


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
