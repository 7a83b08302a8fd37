"""Tone against the labels a reader gave."""

from __future__ import annotations

from pathlib import Path

from mythos.text.tone import AGREED, READ, TONES, tone
from mythos.text.traits import measure

LABELLED = Path(__file__).resolve().parents[2] / "data" / "tone" / "labelled.tsv"


def test_the_reported_accuracy_is_what_is_measured() -> None:
    rows = [line.split("\t") for line in LABELLED.read_text("utf-8").splitlines()]
    agreed = sum(tone(measure(text), text).label == label for label, text in rows)
    assert {label for label, _ in rows} == set(TONES)
    assert (agreed, len(rows)) == (AGREED, READ)
    assert agreed > 2 * sum(label == "neutral" for label, _ in rows)
