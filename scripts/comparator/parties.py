"""Made-up rules about who acts, who is told and whom a rule covers: parties changed, joined, dropped, or named in other words."""

from __future__ import annotations

import random

from comparator.vocabulary import DOMAINS, Domain, gerund, past, singular

_ONE_MORE = ["together with", "along with", "as well as", "and also", "jointly with"]
_STAND_INS = [
    "or their designee", "or a delegate", "or anyone acting for them", "or whoever is on duty", "or another colleague", "or someone they trust",
    "or any other available person", "or an appointed deputy", "or a person of their choice", "or, in practice, whoever has time", "or their assistants",
]  # fmt: skip
_SELF = ["their own", "each other's", "somebody else's", "a colleague's"]
_OTHERS = [
    "contractors",
    "temporary staff",
    "visitors",
    "volunteers",
    "family members",
    "agency workers",
    "trainees",
    "suppliers",
    "guests",
]
_TELLS = [
    ("inform", "informed"),
    ("notify", "notified"),
    ("warn", "warned"),
    ("consult", "consulted"),
    ("call", "called"),
    ("ask", "asked"),
    ("alert", "alerted"),
]
_FORCE = [("must", "must be"), ("have to", "have to be"), ("shall", "shall be"), ("are required to", "are to be")]


def pair(rng: random.Random) -> dict[str, str]:
    """One pair of one of the sorts."""
    return rng.choices([_told, _done_by, _covered, _joined], [0.3, 0.3, 0.25, 0.15])[0](rng)


def _told(rng: random.Random) -> dict[str, str]:
    """One party tells another: said the other way round, turned into the passive, or with the parties changed."""
    domain = rng.choice(DOMAINS)
    one, other = (
        rng.sample(domain.actors, 2)
        if rng.random() < 0.5
        else (rng.choice(domain.actors), rng.choice(domain.recipients))
    )
    (tell, told), (must, must_be) = rng.choice(_TELLS), rng.choice(_FORCE)
    when = f" before {rng.choice(domain.events)}" if rng.random() < 0.5 else f" if {rng.choice(domain.conditions)}"
    old = f"{one} {must} {tell} {other}{when}"
    turned = (
        f"{other} {must_be} {told} by {one}{when}"
        if not other.startswith(("the ", "a "))
        else f"it is for {one} to {tell} {other}{when}"
    )
    way = rng.random()
    if way < 0.4:
        return _made(old, turned, "preserved", "passive_active", rng)
    if way < 0.7:
        return _made(old, f"{other} {must} {tell} {one}{when}", "worse", "actor", rng)
    if way < 0.85:
        without = (
            f"{other} {must_be} {told}{when}"
            if not other.startswith(("the ", "a "))
            else f"somebody {must} {tell} {other}{when}"
        )
        return _made(old, without, "worse", "actor", rng)
    third = rng.choice([name for name in [*domain.actors, *domain.recipients] if name not in (one, other)])
    return _made(old, f"{one} {must} {tell} {third}{when}", "worse", "actor", rng)


def _done_by(rng: random.Random) -> dict[str, str]:
    """A duty or leave of one party: passed to a stand-in, to nobody, to another, or shared by more."""
    domain, who, verb, thing = _deed(rng)
    leave = rng.random() < 0.35
    old = (
        f"only {who} may {verb} {thing}"
        if leave
        else rng.choice(
            [f"{who} must {verb} {thing}", f"{thing} must be {past(verb)} by {who}", f"{who} {verb} {thing}"]
        )
    )
    others = [name for name in domain.actors if name != who]
    way = rng.random()
    if way < 0.25:
        return _made(old, old.replace(who, f"{who} {rng.choice(_STAND_INS)}"), "worse", "actor", rng, back="better")
    if way < 0.4:
        new = f"{thing} may be {past(verb)}" if leave else f"{thing} must be {past(verb)}"
        return _made(old, new, "worse", "actor", rng, back="better")
    if way < 0.55:
        return _made(old, old.replace(who, rng.choice(others)), "worse", "actor", rng)
    if way < 0.65:
        more = f"{who} {rng.choice(_ONE_MORE)} {rng.choice(others)}"
        return _made(old, old.replace(who, more), "better" if not leave else "worse", "actor", rng)
    if way < 0.72:
        return _made(old, old.replace(who, f"{who} or {rng.choice(others)}"), "worse", "actor", rng)
    return _made(
        old, rng.choice(_same(who, verb, thing, leave)), "preserved", rng.choice(["passive_active", "paraphrase"]), rng
    )


def _same(who: str, verb: str, thing: str, leave: bool) -> list[str]:
    if leave:
        return [
            f"nobody but {who} may {verb} {thing}", f"{thing} may be {past(verb)} by {who} only", f"{gerund(verb)} {thing} is reserved for {who}",
            f"no one other than {who} is allowed to {verb} {thing}", f"{who} alone are permitted to {verb} {thing}", f"{who} may {verb} {thing}; nobody else may",
        ]  # fmt: skip
    return [
        f"{thing} have to be {past(verb)} by {who}", f"it is up to {who} to {verb} {thing}, and they must do so", f"{who} are responsible for {gerund(verb)} {thing}",
        f"{gerund(verb)} {thing} is the job of {who}", f"the duty to {verb} {thing} lies with {who}", f"{who} shall {verb} {thing}", f"{thing} are always {past(verb)} by {who}",
    ]  # fmt: skip


def _covered(rng: random.Random) -> dict[str, str]:
    """Whom a rule covers: a duty or ban that covers more is better, leave or an exemption that covers more is worse."""
    domain, who, verb, thing = _deed(rng)
    more = rng.choice(
        [
            f"{who} and {rng.choice(_OTHERS)}",
            f"{who}, including {rng.choice(_OTHERS)}",
            f"{who} and everyone working with them",
        ]
    )
    less = (
        rng.choice([f"newly hired {who}", f"senior {who}", f"{who} on duty", f"{rng.choice(domain.adjectives)} {who}"])
        if not who.startswith("the ")
        else f"some of {who}"
    )
    way = rng.random()
    if way < 0.6:  # a duty or a ban
        form = rng.choice(
            [
                "{w} must {d}",
                "{w} must not {d}",
                "{w} are required to {d}",
                "this ban on {g} applies to {w}",
                "{w} may never {d}",
            ]
        )
        narrow, wide = (who, more) if rng.random() < 0.6 else (less, who)
        text = [form.format(w=name, d=f"{verb} {thing}", g=f"{gerund(verb)} {thing}") for name in (narrow, wide)]
        return (
            _made(*text, "better", "scope", rng)
            if rng.random() < 0.6
            else _made(text[1], text[0], "worse", "scope", rng)
        )
    form = rng.choice(
        [
            "{w} may {d}",
            "{w} are exempt from the duty to {d}",
            "only {w} are allowed to {d}",
            "{w} need not {d}",
            "{w} are excused from having to {d}",
        ]
    )
    text = [form.format(w=name, d=f"{verb} {thing}") for name in (who, more)]
    return (
        _made(*text, "worse", "scope", rng) if rng.random() < 0.6 else _made(text[1], text[0], "better", "scope", rng)
    )


def _joined(rng: random.Random) -> dict[str, str]:
    """Two parties that act together: one enough, one left out, in another order, or one set to check itself."""
    domain, who, verb, thing = _deed(rng)
    other = rng.choice([name for name in domain.actors if name != who])
    one, second = singular(who.removeprefix("the ")), singular(other.removeprefix("the "))
    old = f"{thing} must be {past(verb)} by a {one} and a second {second}"
    way = rng.random()
    if way < 0.2:
        return _made(old, old.replace(" and a second ", " or a "), "worse", "condition", rng, back="better")
    if way < 0.4:
        return _made(old, f"{thing} must be {past(verb)} by a {one}", "worse", "deletion", rng, back="better")
    if way < 0.6:
        return _made(
            old, f"both a {one} and another {second} have to {verb} {thing}", "preserved", "passive_active", rng
        )
    whose, wider = rng.sample(_SELF, 2)
    form = f"{who} must not {verb} {{}} {thing}"
    if way < 0.8:
        return _made(form.format(whose), form.format(wider), "worse", "object", rng)
    shown = form.format(whose)
    return _made(
        shown,
        shown.replace("must not", rng.choice(["may not", "are not allowed to", "shall never"])),
        "preserved",
        "paraphrase",
        rng,
    )


def _deed(rng: random.Random) -> tuple[Domain, str, str, str]:
    domain = rng.choice(DOMAINS)
    verb, thing = rng.choice(domain.actions)
    return domain, rng.choice(domain.actors), verb, thing


def _made(old: str, new: str, label: str, kind: str, rng: random.Random, back: str | None = None) -> dict[str, str]:
    """As a sentence; turned round where that is as harmless, or a gain (`back`)."""
    if label == "preserved" and rng.random() < 0.4:
        old, new = new, old
    elif back and rng.random() < 0.3:
        old, new, label = new, old, back
    return {"old": _sentence(old), "new": _sentence(new), "label": label, "kind": kind}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
