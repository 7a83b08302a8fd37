"""Mutated files at every reader; `bench/fuzz_formats.py` does 200,000 of them."""

from __future__ import annotations

from bench.fuzz_formats import fuzz, seeds
from mythos.formats.prompts import FORMATS


def test_three_thousand_mutated_files_are_taken_whole_or_refused_by_name():
    results, wrong, slowest = fuzz(3000, 7, lambda done: None)
    assert wrong == []
    assert results["refused"] > 1000
    assert results["taken"] > 100
    assert slowest < 10


def test_every_format_is_among_the_seeds():
    assert {form for form, _, _ in seeds()} == set(FORMATS)
