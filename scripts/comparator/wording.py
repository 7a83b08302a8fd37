"""Ways to word a made-up rule: one frame, many sentences."""

from __future__ import annotations

import random
from dataclasses import dataclass

from comparator.vocabulary import ALIKE, NUMBERS, SAME_TIME, Domain, gerund, past, singular


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
