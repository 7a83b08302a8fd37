"""Which sentence became which."""

from __future__ import annotations

from mythos.text.align import Pair, align
from mythos.text.segment import segment


def aligned(old: str, new: str, *, use_embeddings: bool = False) -> list[Pair]:
    return align(segment(old), segment(new), use_embeddings=use_embeddings)


def test_a_moved_sentence_is_moved_not_changed() -> None:
    pairs = aligned("First one. Second two. Third three.", "Third three. First one. Second two.")
    assert {(p.old, p.new, p.ratio, p.moved) for p in pairs} == {
        (2, 0, 1.0, True),
        (0, 1, 1.0, False),
        (1, 2, 1.0, False),
    }


def test_a_changed_sentence_finds_its_partner_and_strangers_stay_alone() -> None:
    pairs = aligned("You must log every call. Bananas.", "You may log every call. The sky is blue.")
    assert [(p.old, p.new) for p in pairs] == [(0, 0), (None, 1), (1, None)]
    assert 0.5 < pairs[0].ratio < 1


def test_reworded_sentences_find_each_other_by_meaning() -> None:
    old = "Hello. Hand over any argument about charges to billing."
    new = "Billing disputes about charges are escalated. Hello."
    assert (1, 0) not in {(p.old, p.new) for p in aligned(old, new)}
    assert (1, 0) in {(p.old, p.new) for p in aligned(old, new, use_embeddings=True)}


def test_each_sentence_occurs_once() -> None:
    pairs = aligned("one two. one two. one ten.".title(), "One two. One ten. Ex why. One two.")
    assert sorted(p.old for p in pairs if p.old is not None) == [0, 1, 2]
    assert sorted(p.new for p in pairs if p.new is not None) == [0, 1, 2, 3]


def test_equal_sentences_are_paired_before_those_that_differ_in_punctuation_alone() -> None:
    pairs = aligned("Log it! Tell us.\n\nLog it.", "Log it.\n\nLog it! Tell us.")
    assert {(p.old, p.new) for p in pairs} == {(0, 1), (1, 2), (2, 0)}
