"""Must, should and may, and the ways out that make a duty advice."""

from __future__ import annotations

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Finding
from mythos.text.detectors.deontic import ADVICE, BINDING, NAMES, PERMISSION, stance
from mythos.text.words import Word

_LEVELS = (
    dict.fromkeys(lexicon.BINDING | {"need", "have", "never", "always", "will"}, BINDING)
    | dict.fromkeys(lexicon.ADVICE | {"prefer", "consider", "avoid", "try"}, ADVICE)
    | dict.fromkeys(lexicon.PERMISSION, PERMISSION)
)


def find(pair: AlignedPair) -> list[Finding]:
    """Weakened or strengthened obligation, by replaced modal, by new hedge, or by level."""
    old, new = stance(pair.old), stance(pair.new)
    hedged = _new_hedges(pair, old.hedges, new.hedges)
    if hedged:
        return hedged
    changed = _modal_swap(pair)
    if changed:
        return changed
    if new.level < old.level and not new.is_ban:
        words = [new.word] if new.word else []
        return [
            pair.finding(
                "modality",
                "weaker",
                "Prohibition weakened" if old.is_ban else "Modality weakened",
                f"The rule was {NAMES[old.level]}; now it is {NAMES[new.level]}.",
                old=[old.word] if old.word else [],
                new=words,
                confidence=0.85 if pair.is_minimal else 0.6,
            )
        ]
    if new.level > old.level and not old.is_ban:
        return [
            pair.finding(
                "modality",
                "stronger",
                "Modality strengthened",
                f"The rule was {NAMES[old.level]}; now it is {NAMES[new.level]}.",
                old=[old.word] if old.word else [],
                new=[new.word] if new.word else [],
                confidence=0.85 if pair.is_minimal else 0.6,
            )
        ]
    return []


def _new_hedges(pair: AlignedPair, old: tuple[str, ...], new: tuple[str, ...]) -> list[Finding]:
    if len(new) > len(old):
        fresh = next((hedge for hedge in new if hedge not in old), new[0])
        ban = stance(pair.old).is_ban
        return [
            pair.finding(
                "modality",
                "weaker",
                "Prohibition weakened" if ban else "Modality weakened",
                f"{'A ban' if ban else 'A duty'} became advice: “{fresh}” leaves a way out.",
                new=pair.new.find_words(fresh),
                confidence=0.85,
            )
        ]
    if len(new) < len(old):
        gone = next((hedge for hedge in old if hedge not in new), old[0])
        return [
            pair.finding(
                "modality",
                "stronger",
                "Modality strengthened",
                f"The way out “{gone}” is gone.",
                old=pair.old.find_words(gone),
                confidence=0.85,
            )
        ]
    return []


def _reach(norm: str, around: tuple[Word, ...]) -> int:
    """The level of a modal; “cannot” and “may not” bind though “can” and “may” permit."""
    level = _LEVELS[norm]
    return BINDING if level == PERMISSION and any(w.norm == "not" for w in around) else level


def _modal_swap(pair: AlignedPair) -> list[Finding]:
    for edit in pair.raw_edits:
        gone = [w for w in edit.old if w.norm in _LEVELS]
        came = [w for w in edit.new if w.norm in _LEVELS]
        if not gone or not came:
            continue
        before, after = _reach(gone[0].norm, edit.old), _reach(came[0].norm, edit.new)
        if before == after:
            continue
        names = f"“{gone[0].text}” is {NAMES[before]}, “{came[0].text}” is {NAMES[after]}."
        if after < before:
            old = stance(pair.old)
            if stance(pair.new).is_ban and after == 1:
                continue  # "may not" bans as firmly as "must not"
            title = "Prohibition weakened" if old.is_ban else "Modality weakened"
            confidence = 0.95 if pair.is_minimal else 0.55
            return [pair.finding("modality", "weaker", title, names, old=gone[:1], new=came[:1], confidence=confidence)]
        return [
            pair.finding(
                "modality",
                "stronger",
                "Modality strengthened",
                names,
                old=gone[:1],
                new=came[:1],
                confidence=0.95 if pair.is_minimal else 0.55,
            )
        ]
    return []
