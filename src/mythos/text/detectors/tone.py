"""How the text is to speak: polite words, and the register it asks for."""

from __future__ import annotations

from mythos.text import lexicon
from mythos.text.detectors.base import AlignedPair, Direction, Finding
from mythos.text.words import Word

WARM = lexicon.word_set(
    "polite politely courteous courteously respectful respectfully friendly kind kindly empathetic empathy warm warmly "
    "calm calmly patient patiently gentle gently supportive neutral tactful tactfully considerate "
    "dignity professional professionally compassion compassionate understanding sorry apologise apologize"
)
COLD = lexicon.word_set(
    "rude blunt bluntly sarcastic sarcastically harsh harshly aggressive aggressively curt mocking "
    "dismissive dismissively stern sternly pushy cold coldly cynical casual casually insulting annoyed "
    "impatient impatiently joking accusing flippant flippantly grumpy condescending patronising patronizing scolding "
    "irritated snarky unfriendly unsympathetic tough ridicule scold lecture"
)


def find(pair: AlignedPair) -> list[Finding]:
    """Warmth that went or came, with what took its place."""
    lost = [w for w in pair.removed if w.norm in WARM]
    sharp = [w for w in pair.added if w.norm in COLD]
    if sharp or (lost and not any(w.norm in WARM for w in pair.added)):
        what = f"“{lost[0].text}”" if lost else "the old tone"
        now = f" gave way to “{sharp[0].text}”." if sharp else " is gone."
        return [_finding(pair, "weaker", "Tone sharpened", f"{what}{now}", lost, sharp)]
    flip = [w for w in pair.added if w.norm in lexicon.FLIPPANT and not _opens(pair, w)]
    if flip and not any(w.norm in lexicon.FLIPPANT for w in pair.removed):
        return [
            _finding(
                pair,
                "weaker",
                "Tone turned flippant",
                f"“{flip[0].text}” does not take the rule seriously.",
                [],
                flip[:1],
            )
        ]
    dropped = [w for w in pair.removed if w.norm in COLD]
    gained = [w for w in pair.added if w.norm in WARM]
    if dropped or (gained and not any(w.norm in WARM for w in pair.removed)):
        what = f"“{dropped[0].text}”" if dropped else "the old tone"
        now = f" gave way to “{gained[0].text}”." if gained else " is gone."
        return [_finding(pair, "stronger", "Tone softened", f"{what}{now}", dropped, gained)]
    return []


def _opens(pair: AlignedPair, word: Word) -> bool:
    """“Whatever the reason” makes no light of anything; “yeah, whatever” does."""
    after = pair.new.words[pair.new.words.index(word) + 1 :][:1]
    return word.norm == "whatever" and bool(after) and pair.new.text[word.end : after[0].start] == " "


def _finding(
    pair: AlignedPair, direction: Direction, title: str, reason: str, old: list[Word], new: list[Word]
) -> Finding:
    reason = reason[:1].upper() + reason[1:]
    return pair.finding("tone", direction, title, reason, old=old, new=new, confidence=0.5 * pair.weight)
