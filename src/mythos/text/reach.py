"""How far a rule reaches: what came into a sentence or went from it, weighed by the part of the rule it stands in.

One more condition frees from a duty and guards a leave; one more case of an exception lets off, one more of a ban
forbids. The same words do opposite things in different places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Side
from mythos.text.likeness import is_content
from mythos.text.limits import GRANTS, PROTECTED
from mythos.text.parts import EXCEPTIONS, TRIGGERS, Part, part_of
from mythos.text.words import Word

How = Literal["and", "or", "item", "qualifier"]
Kind = Literal["duty", "ban", "leave"]

_CUES = TRIGGERS | EXCEPTIONS | lexicon.word_set("only until without but before after not never no")
_LEAVE = lexicon.word_set("may can allowed permitted entitled free")
_SCOPES = lexicon.word_set(
    "of from above below over under in at during between for about that who which whose where when on with to outside "
    "concerning involving containing exceeding bound"
)
_MANNER = lexicon.word_set(
    "writing full person detail advance front once least immediately within by before addition copy also then always "
    "never not no only without plainly clearly too both either please first still already"
)
_WIDENS = lexicon.UNIVERSAL | lexicon.word_set(
    "including included ever whatever whichever whoever regardless irrespective"
)
_WAYS_OUT = (
    *lexicon.EXCEPTIONS, *lexicon.LOOPHOLES, *lexicon.HEDGES, *lexicon.ASKED_FOR, *lexicon.STAND_INS,
    "excepted", "namely", "on average", "permitting", "as a rule", "by default",
)  # fmt: skip
_OPENS = lexicon.word_set("and or that who which whose while with where")
_RELATIVES = lexicon.word_set("who which that whose where when")
_DETERMINERS = lexicon.word_set("a an the its their our your his her this that these those")
_RIGHTS = GRANTS - lexicon.word_set("may can open")
_CLAIMS = lexicon.word_set("entitled right rights refund refunded object withdraw cancel appeal complain")


@dataclass(frozen=True, slots=True)
class Shift:
    """What came or went, the part it stands in, and whether the rule asks for more now (1) or less (-1). A `leave`
    asks for more when less is allowed."""

    part: Part
    how: How
    way: int
    words: tuple[Word, ...]
    came: bool
    is_leave: bool


def shifts(pair: AlignedPair) -> list[Shift]:
    """Only in sentences that were touched up and kept their joints: elsewhere words do not tell where they belong."""
    gone, new = pair.residue
    if not pair.is_minimal:
        return _of_clauses(pair, gone, new)
    if _CUES & {word.norm for word in _loose(pair)}:
        return []
    found = []
    for edit in pair.edits:
        went, came = (any(is_content(w) or w.number is not None for w in side) for side in (edit.old, edit.new))
        if came and not went and not gone:
            found.append(_shift(pair.new, edit.new, came=True))
        elif went and not came and not new:
            found.append(_shift(pair.old, edit.old, came=False))
    return [shift for shift in found if shift is not None]


def _of_clauses(pair: AlignedPair, gone: Sequence[Word], new: Sequence[Word]) -> list[Shift]:
    """In a reworded sentence: clauses that came, or went, while all the rest can be found again."""
    found = []
    for side, changed, lost, came in ((pair.new, pair.added, gone, True), (pair.old, pair.removed, new, False)):
        for words in _pieces(side, changed):
            opens = words[0].norm in _OPENS and sum(map(is_content, words)) > 0 and len(words) > 2
            if opens and (not lost or (words[0].norm in _RELATIVES and len(lost) <= 3 and came)):
                found.append(_shift(side, words, came=came))
    return [shift for shift in found if shift is not None]


def _pieces(side: Side, words: Sequence[Word]) -> list[tuple[Word, ...]]:
    """The words in runs of neighbours; a new one begins where a clause opens."""
    runs: list[list[Word]] = []
    places = {word.start for word in words}
    last = -2
    for at, word in enumerate(side.words):
        if word.start not in places:
            continue
        if at != last + 1 or (word.norm in _OPENS and len(runs[-1]) > 1):
            runs.append([])
        runs[-1].append(word)
        last = at
    return [tuple(run) for run in runs]


def _loose(pair: AlignedPair) -> list[Word]:
    """What changed, without what a clause that came or went has after its first word."""
    return [
        word
        for edit in pair.edits
        for side, other in ((edit.old, edit.new), (edit.new, edit.old))
        for word in (side[:1] if side and not other and len(side) > 2 and side[0].norm in _OPENS else side)
    ]


def _shift(side: Side, words: tuple[Word, ...], *, came: bool) -> Shift | None:
    at, end = side.words.index(words[0]), side.words.index(words[-1])
    phrase = Side(side.shown(words))
    if lexicon.REFUSALS & set(phrase.norms) or side.is_aside(words[0]) or phrase.norms[0] in lexicon.IMPERATIVES:
        return None
    part, is_clause = part_of(side, at)
    if part is None:
        return None
    how = _how(side, at, end)
    if phrase.norms[0] != "namely" and (
        _explains(side, phrase, at) or (how == "qualifier" and _WIDENS & set(phrase.norms))
    ):
        return None
    if Side(" ".join(phrase.norms[:4])).has(_WAYS_OUT):
        way = -1
    elif part == "rule":
        way = _in_rule(side, how, words, at, end)
    else:
        way = _in_part(side, part, how, is_clause=is_clause)
    way = way if came else -way
    # A qualifier that makes a rule stricter is mostly another rule.
    told = how != "qualifier" or way < 0 or _tells(part, phrase.norms, came=came)
    return Shift(part, how, way, words, came, guards(side)) if way and told else None


def _explains(side: Side, phrase: Side, at: int) -> bool:
    """Whether it says the same again; “a load that is in motion” does not, “the load, that is, the box” does."""
    said = phrase.has(lexicon.CLARIFIERS)
    apart = side.text[: side.words[at].start].rstrip()[-1:] in ",;:(–—"
    return bool(said) and (said != ["that is"] or apart)


def _tells(part: Part, norms: Sequence[str], *, came: bool) -> bool:
    """Whether a qualifier that makes a rule stricter is no rule of its own: a safeguard more, or a case dropped."""
    return bool(lexicon.SAFEGUARDS & set(norms)) if came else part == "rule" and norms[0] in _RELATIVES


def _how(side: Side, at: int, end: int) -> How:
    """Whether the words are one more of several, and how these are joined."""
    near = {*side.norms[max(0, at - 1) : at + 1], side.norms[end]}
    if "and" in near:
        return "and"
    if near & {"or", "nor"}:
        return "or"
    before, after = side.text[: side.words[at].start].rstrip(), side.text[side.words[end].end :].lstrip()
    if before.endswith(",") and (after.startswith(",") or side.norms[end + 1 : end + 2] in (["and"], ["or"])):
        joints = [norm for norm in side.norms[end + 1 : end + 9] if norm in ("and", "or")]
        if joints or side.norms[at] not in _SCOPES:
            return "or" if joints[:1] == ["or"] else "and" if joints else "item"
    return "qualifier"


def _in_part(side: Side, part: Part, how: How, *, is_clause: bool) -> int:
    narrows = 1 if how in ("and", "qualifier") else -1
    if part in ("exception", "others") and not is_clause:
        return 1 if how == "qualifier" else -1  # one more of those that are let off
    if part != "trigger":
        return narrows
    return narrows if guards(side) else -narrows


def _in_rule(side: Side, how: How, words: Sequence[Word], at: int, end: int) -> int:
    kind, norms = _kind(side), {word.norm for word in words}
    if how == "and" and kind == "duty" and words[1:] and words[1].norm in lexicon.NEGATORS:
        return -1  # “made by a child and not yet used”
    if guards(side):
        return 0 if how == "qualifier" or PROTECTED & set(side.norms) else -1  # more may be done
    if how != "qualifier":
        is_subject = at > 0 and not any(n in lexicon.MODALS or n in ("is", "are") for n in side.norms[:at])
        return -1 if how == "or" and kind == "duty" and not is_subject else 1
    if norms & _MANNER or not any(is_content(word) for word in words) or any(norm.endswith("ly") for norm in norms):
        return 0
    if words[0].norm in _SCOPES:
        return -1
    before = side.norms[max(0, at - 2) : at]
    if len(words) <= 2 and end + 1 < len(side.words) and is_content(side.words[end + 1]):
        return -1 if lexicon.UNIVERSAL & set(before) or not _DETERMINERS & set(before[-1:]) else 0
    return 0


def _kind(side: Side) -> Kind:
    norms = set(side.norms)
    if norms & lexicon.REFUSALS or lexicon.NEGATORS & set(side.norms[: _condition_at(side)]):
        return "ban"
    return "leave" if norms & _LEAVE and not norms & lexicon.BINDING else "duty"


def _condition_at(side: Side) -> int:
    """Where a condition at the end of the rule begins: what is denied there is not forbidden."""
    return next((at for at, norm in enumerate(side.norms) if at and norm in TRIGGERS), len(side.norms))


def guards(side: Side) -> bool:
    """Whether it is a leave with a risk to guard against."""
    return _kind(side) == "leave" and not grants(side)


def grants(side: Side) -> bool:
    """Whether the leave is a right of those the rule is for, and no risk to guard against."""
    norms = set(side.norms)
    return bool(norms & PROTECTED and norms & (_RIGHTS - PROTECTED)) or bool(norms & _CLAIMS)
