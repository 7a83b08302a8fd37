"""Mutated rules and any Unicode at the comparator; `bench/fuzz_comparator.py` does 10,000 pairs of them."""

from __future__ import annotations

import random

from bench.fuzz_comparator import fuzz, mutate, rules


def test_four_hundred_mutated_pairs_are_compared_with_every_finding_at_its_words():
    verdicts, wrong, _ = fuzz(400, 7)
    assert wrong == []
    assert verdicts["regression"] > 40
    assert verdicts["preserved"] > 40


def test_what_is_thrown_is_no_rule_any_more():
    rng, known = random.Random(3), rules()
    assert sum(mutate(text, known, rng) != text for text in known[:200]) > 190
