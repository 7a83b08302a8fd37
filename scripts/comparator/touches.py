"""What colleagues add to a made-up rule: politeness, restatements, reasons, loopholes, another tone; and rules with two gates."""

from __future__ import annotations

import random
from dataclasses import replace

from comparator import frames
from comparator.vocabulary import DOMAINS
from comparator.wording import Frame, Style, render

_POLITE = [
    "Please note that {}", "Kindly note: {}", "Please remember that {}", "{} Thank you.", "{} Thank you for your help.", "As a reminder, {}",
    "{} We appreciate it.", "Please be aware that {}", "{} Many thanks for your care.", "We kindly remind everybody that {}", "Note that {}",
]  # fmt: skip
_SAME = [
    "In other words, {}",
    "That is to say, {}",
    "Put differently, {}",
    "This means that {}",
    "To put it plainly: {}",
    "That means: {}",
]
_WHY = [
    "This keeps our records reliable.", "It protects everybody involved.", "That way mistakes are noticed early.", "The aim is to treat people fairly.",
    "Past incidents have shown why this matters.", "This is part of our duty of care.", "It takes little time and prevents much harm.",
    "Questions about this rule go to the policy team.", "The same holds on weekends and public holidays.", "There are no exceptions.",
    "This applies to everyone, regardless of rank.", "It applies to paper and to electronic records alike.", "Details are in the handbook.",
]  # fmt: skip
_LOOPHOLES = [
    "Use common sense here.", "Exceptions can be agreed informally.", "This is a guideline rather than a rule.", "Managers may decide otherwise.",
    "In practice this is often not needed.", "Teams may adapt this as they see fit.", "This can be skipped on busy days.", "Minor deviations are fine.",
    "This does not apply where it would cause delay.", "A verbal agreement to the contrary is enough.", "Long-standing staff may use their own judgement.",
    "It is enough to do so at the next occasion.", "Nobody needs to document this.", "If in doubt, carry on as usual.", "This may be waived on request.",
    "Equivalent measures are acceptable.", "Those concerned may opt out.", "Where this is impractical, best efforts suffice.",
]  # fmt: skip
_FLIPPANT = [
    "Whatever, {}", "{} Or not, nobody checks.", "{} Deal with it.", "Ugh, {}", "{} Just get on with it, it's not rocket science.", "Obviously {}",
    "{} I guess.", "Yeah, yeah: {}", "{} If that's too hard for you, tough luck.", "{} Blah blah, you know the drill.", "Look, {}", "{} LOL.",
    "{} Don't make a fuss about it.", "Sigh. {}", "{} Stop asking why.", "For heaven's sake, {}",
]  # fmt: skip
_HINTS = [
    "if they feel like it",
    "more or less",
    "or so",
    "if it is not too much trouble",
    "when they get round to it",
    "or thereabouts",
    "one way or another",
    "as best they can",
]
_MANNER = [
    ("politely", "bluntly"), ("courteously", "curtly"), ("respectfully", "mockingly"), ("patiently", "impatiently"), ("calmly", "angrily"),
    ("in a friendly tone", "in a sarcastic tone"), ("with empathy", "without any sympathy"), ("in plain, kind words", "in harsh words"),
    ("tactfully", "without mincing words"), ("gently", "sternly"), ("in a warm and reassuring voice", "in a cold and dismissive voice"),
    ("professionally", "with a joke or two"), ("in a neutral tone", "in an accusing tone"), ("with an apology", "without an apology"),
    ("thoughtfully", "flippantly"), ("discreetly", "in front of everybody"), ("in a serious tone", "in a playful tone"), ("with care", "casually"),
]  # fmt: skip
_ALIKE_MANNER = [
    ("politely", "courteously"), ("respectfully", "with respect"), ("patiently", "with patience"), ("calmly", "in a calm manner"), ("tactfully", "with tact"),
    ("in a friendly tone", "in a kind tone"), ("professionally", "in a professional manner"), ("with empathy", "empathetically"), ("discreetly", "in private"),
]  # fmt: skip
_TALKS = [
    "Speak to callers {}.", "Decline such requests {}.", "Tell the customer {} that the order is late.", "Answer complaints {}.", "Explain the decision {}.",
    "Correct mistakes of the learner {}.", "Break bad news {}.", "Feedback on drafts is given {}.", "Respond to upset users {}.", "Deliver the refusal {}.",
]  # fmt: skip
_GATED = [
    "{a} may {d} only if {p} and {q}.", "Only if {p} and {q} may {a} {d}.", "{a} are allowed to {d} provided that {p} and {q}.", "{a} can {d} once {p} and {q}.",
    "Unless {p} and {q}, {a} must not {d}.",
]  # fmt: skip


def _low(text: str) -> str:
    return text[:1].lower() + text[1:]


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]


def _rendered(rng: random.Random) -> tuple[Frame, Style, str]:
    frame, style = frames.make(rng), Style(rng)
    return frame, style, render(frame, style)


def _around(form: str, text: str) -> str:
    return _cap(form.format(text if form.startswith("{}") else _low(text)))


def polite(rng: random.Random) -> dict[str, str]:
    """Politeness, sometimes with a change hidden beside it."""
    frame, style, old = _rendered(rng)
    form = rng.choice(_POLITE)
    if rng.random() < 0.7:
        new, label, kind = (
            _around(form, render(frame, style.shaken(rng.choice([0.0, 0.0, 0.3])))),
            "preserved",
            "politeness",
        )
    else:
        new, label, kind = _around(form, _weaker(frame, style, rng)), "worse", "weakening_rewrite"
    return _turned(old, new, label, kind, rng)


def explained(rng: random.Random) -> dict[str, str]:
    """The rule said again, or a reason for it, takes nothing away; a loophole or a weaker restatement does."""
    frame, style, old = _rendered(rng)
    way = rng.random()
    if way < 0.25:
        new, label, kind = (
            f"{old} {_around(rng.choice(_SAME), render(frame, style.shaken(0.8)))}",
            "preserved",
            "clarify",
        )
    elif way < 0.5:
        new, label, kind = f"{old} {rng.choice(_WHY)}", "preserved", "clarify"
    elif way < 0.75:
        new, label, kind = f"{old} {rng.choice(_LOOPHOLES)}", "worse", "addition"
        if rng.random() < 0.3:
            return {"old": new, "new": old, "label": "better", "kind": "addition"}
    else:
        new, label, kind = f"{old} {_around(rng.choice(_SAME), _weaker(frame, style, rng))}", "worse", "addition"
    return _turned(old, new, label, kind, rng)


def tone(rng: random.Random) -> dict[str, str]:
    """Curt, flippant or mocking where the rule was sober, or asks for kindness."""
    if rng.random() < 0.4:
        _, _, old = _rendered(rng)
        hint = rng.random() < 0.4
        new = f"{old.rstrip('.')} {rng.choice(_HINTS)}." if hint else _around(rng.choice(_FLIPPANT), old)
        return _shown(old, new, rng)
    talk = rng.choice(_TALKS)
    if rng.random() < 0.35:
        one, other = rng.sample(rng.choice(_ALIKE_MANNER), 2)
        return {"old": talk.format(one), "new": talk.format(other), "label": "preserved", "kind": "synonym"}
    kind_way, rough = rng.choice(_MANNER)
    old = talk.format(kind_way)
    return _shown(old, talk.format(rough) if rng.random() < 0.75 else talk.replace(" {}", ""), rng)


def _shown(old: str, new: str, rng: random.Random) -> dict[str, str]:
    if rng.random() < 0.25:
        return {"old": new, "new": old, "label": "better", "kind": "tone"}
    return {"old": old, "new": new, "label": "worse", "kind": "tone"}


def gated(rng: random.Random) -> dict[str, str]:
    """Leave that hangs on two conditions: one dropped, either enough, another added, or both in another order."""
    domain = rng.choice(DOMAINS)
    verb, thing = rng.choice(domain.actions)
    first, second, third = rng.sample(domain.conditions, 3)
    fill = {"a": rng.choice(domain.actors), "d": f"{verb} {thing}"}
    form = rng.choice(_GATED)
    other = form if rng.random() < 0.6 else rng.choice(_GATED)
    old = _cap(form.format(p=first, q=second, **fill))
    way = rng.random()
    if way < 0.3:
        new, label, kind = other.format(p=second, q=first, **fill), "preserved", "reorder"
    elif way < 0.5:
        one = other.replace(" and {q}", "")
        new, label, kind = one.format(p=rng.choice([first, second]), **fill), "worse", "condition"
    elif way < 0.7:
        new, label, kind = other.replace(" and {q}", " or {q}").format(p=first, q=second, **fill), "worse", "condition"
    elif way < 0.8:
        new, label, kind = other.format(p=first, q=third, **fill), "worse", "condition"
    elif way < 0.9:
        new, label, kind = _GATED[0].replace(" only if {p} and {q}", "").format(**fill), "worse", "condition"
    else:
        new, label, kind = other.format(p=f"{first}, {third}", q=second, **fill), "better", "condition"
    new = _cap(new)
    if label == "worse" and kind == "condition" and way < 0.7 and rng.random() < 0.3:
        old, new, label = new, old, "better"
    return {"old": old, "new": new, "label": label, "kind": kind}


def _weaker(frame: Frame, style: Style, rng: random.Random) -> str:
    changed = frames.weaken(replace(frame), rng)
    assert changed
    return render(changed[0], style)


def _turned(old: str, new: str, label: str, kind: str, rng: random.Random) -> dict[str, str]:
    """What is harmless one way is harmless the other way."""
    if label == "preserved" and rng.random() < 0.35:
        old, new = new, old
    return {"old": old, "new": new, "label": label, "kind": kind}
