"""What the cross-encoder is asked about two texts."""

from __future__ import annotations

from mythos.text.cross import CHANGED, CLS, MAX_SIDE, SAME, SEP, encode
from mythos.text.reading import MAX_WHOLE, questions
from mythos.text.units import units

OLD = "Log every call. Tell the supervisor. Be brief."
NEW = "Log every call. Tell the manager. Be thorough."


def asked(old: str, new: str) -> tuple[list[tuple[str, str]], bool]:
    return questions(old, new, units(old, new, use_embeddings=False))


def test_short_texts_are_read_as_a_whole_and_by_the_sentence() -> None:
    pairs, whole = asked(OLD, NEW)
    assert whole
    assert pairs[0] == (OLD, NEW)
    assert set(pairs[1:]) == {("Tell the supervisor.", "Tell the manager."), ("Be brief.", "Be thorough.")}


def test_long_texts_are_read_by_the_sentence_only() -> None:
    same = " ".join(f"Rule {n} holds for everybody." for n in range(MAX_WHOLE // 25))
    pairs, whole = asked(f"{same} {OLD}", f"{same} {NEW}")
    assert not whole
    assert len(pairs) == 2


def test_of_a_long_sentence_the_model_reads_what_changed_and_its_surroundings() -> None:
    old = list(range(1000, 1400))
    new = [*old[:200], 7, *old[201:]]
    coded = encode(old, new)
    assert coded.ids[0] == CLS
    assert coded.ids.count(SEP) == 2
    assert len(coded.ids) <= 2 * MAX_SIDE + 3
    assert {old[200], 7, old[199], old[201]} <= set(coded.ids)
    assert coded.types[coded.ids.index(old[200])] == CHANGED
    assert coded.types[coded.ids.index(old[199])] == SAME
