"""What a rule is grounded on: somebody's consent or only their silence, knowledge or suspicion, one ground or all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Side
from mythos.text.parts import part_of
from mythos.text.words import Word

_CONSENT = lexicon.word_set(
    "agree agrees agreed agreement consent consents consented approve approves approved approval approvals permission "
    "yes authorised authorized authorisation permit granted confirmed confirms confirmation accepted "
    "signed"
)
_OBJECTION = lexicon.word_set(
    "object objects objected objection objections refuse refused declined decline protest protested vetoed opted opt "
    "revoked reopened forbidden"
)
_TOLD = lexicon.word_set(
    "told informed notified notice notification shown heard announced requested request asked applied presented "
    "reminded warned uploaded sent"
)
_SUSPECTED = lexicon.word_set(
    "suspect suspects suspected suspicion seem seems seemed appear appears appeared sounds looks think thinks believe "
    "believes says say report reports reported claim claims notice notices fears may might could worry worries"
)
_PROVEN = lexicon.word_set(
    "established proven proved upheld found known verified ascertained confirmed convicted turned turn"
)
_FIRST = lexicon.word_set("only until unless before without if once after when needs requires with")
_SILENCE = frozenset({"not", "no", "never", "unless", "without", "nobody"})
_WHATEVER = (
    "whether or not", "regardless of", "regardless", "irrespective of", "irrespective", "no matter", "whatever the",
    "however slight", "however small", "however long", "even if", "even when", "for any reason",
)  # fmt: skip
# Says the same in words that are said of other things, too.
_ALL_THE_SAME = (
    "also", "including when", "including if", "changes nothing", "change nothing", "not change", "not depend",
    "ever so", "whether", "too", "both cases", "either", "whatever", "however",
)  # fmt: skip
_BOTH = ("both", "all of", "each of", "together")
_EITHER = ("either", "one of", "any of", "any one of", "whether by")


@dataclass(frozen=True, slots=True)
class Ground:
    """How what a rule rests on changed: 1 where it asks for more now, -1 where for less."""

    title: str
    reason: str
    way: int
    old: tuple[Word, ...]
    new: tuple[Word, ...]


def grounds(pair: AlignedPair) -> list[Ground]:
    """At most one change of each sort."""
    found = (_silence(pair), _told(pair), _proof(pair), _whatever(pair), _joint(pair))
    return [ground for ground in found if ground]


def _first(among: Sequence[Word], names: frozenset[str]) -> tuple[Word, ...]:
    return tuple(next(([word] for word in among if word.norm in names), []))


def _silence(pair: AlignedPair) -> Ground | None:
    """Consent asked for, and now it is enough that nobody objects; or the other way round."""
    for side, other, way in ((pair.old, pair.new, -1), (pair.new, pair.old, 1)):
        consent = _first(side.words, _CONSENT)
        objection = _first(other.words, _OBJECTION)
        if not consent or not objection or not _SILENCE & set(other.norms):
            continue
        if _OBJECTION & set(side.norms) or _CONSENT & set(other.norms) or not _must_come_first(side):
            continue
        old, new = (consent, objection) if way < 0 else (objection, consent)
        before, after = f"consent (“{consent[0].text}”)", f"no objection (“{objection[0].text}”)"
        reason = (
            f"It took {before}; now it is enough that there is {after}."
            if way < 0
            else f"It was enough that there was {after}; now it takes {before}."
        )
        return Ground("Silence counts as consent" if way < 0 else "Consent asked for", reason, way, old, new)
    return None


def _must_come_first(side: Side) -> bool:
    return bool(_FIRST & set(side.norms))


def _told(pair: AlignedPair) -> Ground | None:
    """Consent that became word of it, or the other way round."""
    gone, came = pair.removed, pair.added
    for side, other, changed, others, way in (
        (pair.old, pair.new, gone, came, -1),
        (pair.new, pair.old, came, gone, 1),
    ):
        consent, told = _first(changed, _CONSENT), _first(others, _TOLD)
        if consent and told and not _CONSENT & set(other.norms) and not _TOLD & set(side.norms):
            old, new = (consent, told) if way < 0 else (told, consent)
            asked, said = f"consent (“{consent[0].text}”)", f"word of it (“{told[0].text}”)"
            reason = (
                f"It took {asked}; now {said} is enough." if way < 0 else f"{said} was enough; now it takes {asked}."
            )
            reason = reason[0].upper() + reason[1:]
            return Ground("Consent became notice" if way < 0 else "Notice became consent", reason, way, old, new)
    return None


def _proof(pair: AlignedPair) -> Ground | None:
    """A suspicion was enough to call for the rule, and now it takes proof; or the other way round."""
    for side, changed, other, others, way in (
        (pair.new, pair.added, pair.old, pair.removed, -1),
        (pair.old, pair.removed, pair.new, pair.added, 1),
    ):
        proven, suspected = _first(changed, _PROVEN), _first(others, _SUSPECTED)
        if not proven or not suspected or _PROVEN & set(other.norms):
            continue
        if part_of(side, side.words.index(proven[0]))[0] == "gate":
            way = -way
        old, new = (suspected, proven) if side is pair.new else (proven, suspected)
        hint, proof = f"a sign or report (“{suspected[0].text}”)", f"proof (“{proven[0].text}”)"
        reason = f"The rule went by {hint}; now it wants {proof}."
        if side is pair.old:
            reason = f"The rule wanted {proof}; now it goes by {hint}."
        return Ground("Proof asked for" if side is pair.new else "Suspicion is enough", reason, way, old, new)
    return None


def _whatever(pair: AlignedPair) -> Ground | None:
    """“Whether or not they ask” is gone: now it may depend on that; or the other way round."""
    old, new = pair.old.has(_WHATEVER), pair.new.has(_WHATEVER)
    if bool(old) == bool(new) or "only" in pair.old.norms or (pair.new if old else pair.old).has(_ALL_THE_SAME):
        return None
    side, phrase = (pair.old, old[0]) if old else (pair.new, new[0])
    words = tuple(side.find_words(phrase))
    if not words or any(lexicon.UNIVERSAL & set(s.norms) for s in ((pair.new,) if old else (pair.old,))):
        return None
    shown = side.shown(words)
    if old:
        return Ground("No longer in every case", f"“{shown}” is gone: the rule may depend on it now.", -1, words, ())
    return Ground("In every case", f"“{shown}” is new: the rule no longer depends on it.", 1, (), words)


def _joint(pair: AlignedPair) -> Ground | None:
    """All of several became one of them."""
    both, either = pair.old.has(_BOTH), pair.new.has(_EITHER)
    if not both or not either or pair.old.has(_EITHER) or pair.new.has(_BOTH):
        return None
    old, new = tuple(pair.old.find_words(both[0])), tuple(pair.new.find_words(either[0]))
    if not old or not new:
        return None
    way = 1 if part_of(pair.old, pair.old.words.index(old[0]))[0] == "trigger" else -1
    return Ground("All became one", f"“{pair.old.shown(old)}” became “{pair.new.shown(new)}”.", way, old, new)
