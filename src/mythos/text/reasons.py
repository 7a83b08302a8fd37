"""One reason for one change: what two detectors say of the same words is said once."""

from __future__ import annotations

from collections.abc import Sequence

from mythos.text.detectors.base import Finding, Span

# These only say that words came, went or were replaced; others say what that does.
_PLAIN = frozenset({"addition", "deletion", "object"})


def told_once(findings: Sequence[Finding]) -> list[Finding]:
    """Without those that merely name words of which another finding of the same direction says more."""
    telling = [finding for finding in findings if finding.kind not in _PLAIN]
    return [f for f in findings if f.kind not in _PLAIN or not any(_says_more(other, f) for other in telling)]


def _says_more(other: Finding, plain: Finding) -> bool:
    if other.direction != plain.direction:
        return False
    sides = ((plain.old_span, other.old_span), (plain.new_span, other.new_span))
    named = [(span, same) for span, same in sides if span]
    return bool(named) and all(same is not None and _covers(same, span) for span, same in named)


def _covers(one: Span, other: Span) -> bool:
    """Whether most of the other span lies in this one."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return 2 * shared > other[1] - other[0]
