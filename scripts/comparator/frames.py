"""Policies as frames (who, how strongly, does what, by when, if what): one frame can be worded in many ways, so a pair
can keep the meaning with hardly a word in common, or lose it with one word changed."""

from __future__ import annotations

import random
from dataclasses import replace

from comparator.vocabulary import ALIKE, DOMAINS, HEDGES, OPPOSED, PARTIAL, SAME_TIME, UNITS
from comparator.wording import Frame, Style, render


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
