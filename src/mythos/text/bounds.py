"""Every way to set an upper or lower bound is one word."""

from __future__ import annotations

from collections.abc import Sequence

from mythos.text.amounts import Word

_BOUNDS = {
    phrase.strip(): bound
    for bound, listed in (
        (
            "at-most",
            "at most|at the most|no more than|not more than|no longer than|not longer than|no later than"
            "|not later than|not exceed|not to exceed|not exceeding|up to|maximum of|max|maximum|a maximum"
            "|no greater than|not greater than|no higher than|not higher than|max of|not over|not above|within"
            "|in at most|in no more than|limit of|as many as|not beyond"
            "|limited to|capped at|cap of",
        ),
        (
            "at-least",
            "at least|at the least|no less than|not less than|no fewer than|not fewer than|minimum of|minimum"
            "|a minimum|min|not under|not below|no lower than|not lower than|no shorter than|not shorter than"
            "|at minimum|no sooner than|not sooner than|no earlier than|not earlier than",
        ),
        (
            "less-than",
            "under|below|less than|fewer than|shorter than|younger than|lower than|smaller than|lighter than"
            "|colder than",
        ),
        (
            "more-than",
            "over|above|more than|greater than|longer than|exceeding|exceeds|exceed|older than|higher than"
            "|in excess of|heavier than|hotter than|larger than|bigger than|later than|faster than|warmer than",
        ),
        (
            "about",
            "about|around|roughly|approximately|circa|some|close to|nearly|almost|in the region of|of the order of"
            "|something like|an average of|on average",
        ),
    )
    for phrase in listed.split("|")
}
_BOUNDS_AFTER = {
    phrase: bound
    for bound, listed in (
        (
            "at-least",
            "or more|or over|or older|or above|or greater|or longer|or higher|and over|and above|and older"
            "|at least|at the least|at minimum|minimum",
        ),
        (
            "at-most",
            "or less|or fewer|or under|or below|or shorter|or lower|or younger|and under|and below|and younger"
            "|at most|at the most|at the latest|maximum|max",
        ),
        ("about", "or so|or thereabouts|on average|give or take|more or less"),
    )
    for phrase in listed.split("|")
}


def bounded(found: list[Word]) -> list[Word]:
    """Every way to set an upper or lower bound before a number becomes one word."""
    if all(word.number is None for word in found):
        return found
    out: list[Word] = []
    index = 0
    while index < len(found):
        length, bound = _bound_at(found, index)
        run = found[index : index + length]
        if bound:
            if out and out[-1].norm == "a" and run[-1].norm == "of":
                run = [out.pop(), *run]
            out.append(Word(run[0].text, bound, bound, run[0].start, run[-1].end))
        else:
            out.append(found[index])
        index += max(1, length)
    return out


def _bound_at(found: Sequence[Word], index: int) -> tuple[int, str]:
    for length in (3, 2, 1):
        run = found[index : index + length]
        bound = _BOUNDS.get(" ".join(word.norm for word in run))
        following = found[index + length : index + length + 1]
        if bound and following and following[0].number is not None:
            return length, bound
    if any(word.number is not None for word in found[max(0, index - 2) : index]):
        for length in (3, 2, 1):
            bound = _BOUNDS_AFTER.get(" ".join(word.norm for word in found[index : index + length]))
            if bound and index + length <= len(found):
                return length, bound
    return 1, ""
