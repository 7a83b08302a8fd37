"""Instructions the scripted provider understands, read from the words of a prompt.

A firm instruction is obeyed. A hedged one (should, try to, where possible, may, consider) is not, and one with an
exception is not where the request meets the exception: so weakening a prompt changes what it makes of a request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["never", "refuse", "ask", "include", "start", "end", "json", "words", "sentences"]

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_HEDGE = re.compile(
    r"\b(?:should|try(?: not)? to|where possible|if possible|when possible|may|might|can|could|consider|usually|"
    r"generally|preferably|ideally|normally|it is (?:good|nice|better)|feel free|optional(?:ly)?|avoid where)\b",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(
    r"[,;]?\s*\b(?:unless|except(?: when| if| for)?|but not (?:if|when)|only if|only when|without)\b(.*)$",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[“\"‘']([^”\"’']{1,200})[”\"’']")
_WORD = re.compile(r"[a-z0-9']+")
_FILLERS = """
a an the to of for in on at by with and or any all that this it is are be been was were do does did has have had you
your yours they their them user users customer customers client clients i me my we our he she his her if when how what
who which why where as from about into out up no not yes can could would please answer reply response say mention ever
always never must shall will there here some more than so such just only very request requests
"""
_EMPTY = frozenset(_FILLERS.split())
_BAN = r"(?:never|do not|don['’]t|must not|must never|mustn['’]t|may not|cannot|shall not|are not allowed to|not)"
_SAY = (
    r"(?:mention|say|use|include|reveal|disclose|share|name|tell|write|give out|promise|offer|discuss|talk about|"
    r"repeat)"
)
_HELP = (
    r"(?:help with|give advice on|give|approve|grant|issue|do|make|answer|"
    r"encourage|enable|facilitate|assist with|support)"
)
_WORDINGS: tuple[tuple[Kind, str], ...] = (
    ("ask", r"\bask (?:for |about )?(.+?) before (.+)$"),
    ("ask", r"\bbefore (.+?),? (?:always |first |you must )*ask (?:for |about )?(.+)$"),
    ("refuse", r"\b(?:refuse|decline|reject)(?: to (?:help with|answer|discuss|do)| any| all| every)* (.+)$"),
    ("never", rf"\b{_BAN}\b(?: ever)? {_SAY}(?: (?:the words?|anything about|about))? (.+)$"),
    ("refuse", rf"\b{_BAN}\b(?: ever)? {_HELP}(?:(?:,| or|, or) {_HELP})* (.+)$"),
    ("json", r"\b(?:answer|reply|respond|output|return|write)\b.*\bjson\b(.*)$"),
    ("words", r"\b(?:at most|no more than|up to|under|fewer than|maximum(?: of)?|max) (\d+) words?\b"),
    ("sentences", r"\b(?:at most|no more than|up to|maximum(?: of)?|max|in) (\d+|one|two|three) sentences?\b"),
    ("start", r"\b(?:start|begin|open)\b(?: (?:every|each|your|the))*(?: \w+)?? with (.+)$"),
    ("end", r"\b(?:end|close|finish|sign off)\b(?: (?:every|each|your|the))*(?: \w+)?? with (.+)$"),
    ("include", r"\b(?:always|must|have to|need to) (?:also )?(?:mention|say|include|state|add|cite|give) (.+)$"),
)
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _WORDINGS)


@dataclass(frozen=True, slots=True)
class Rule:
    """One instruction: what it is about, what it wants said, where it does not hold."""

    kind: Kind
    topic: str
    text: str = ""
    exception: str = ""
    is_firm: bool = True

    def holds_for(self, request: str) -> bool:
        """Whether the rule is obeyed for this request."""
        return self.is_firm and not (self.exception and touches(self.exception, request))


def read(prompt: str) -> list[Rule]:
    """Every instruction understood, in order."""
    return [rule for sentence in _SENTENCE.split(prompt) for rule in _read_sentence(sentence.strip(" -*•\t.!;"))]


def touches(topic: str, request: str) -> bool:
    """Whether the request has a third of the topic's content words, and at least one."""
    wanted = stems(topic)
    shared = wanted & stems(request)
    return bool(shared) and 3 * len(shared) >= len(wanted)


@lru_cache(maxsize=4096)  # a prompt's topics meet every request, and a ritual's requests every prompt
def stems(text: str) -> frozenset[str]:
    """Content words without the commonest endings."""
    words = (word for word in _WORD.findall(text.lower().replace("’", "'")) if word not in _EMPTY)
    return frozenset(re.sub(r"(?:ing|ed|es|s|al|e)$", "", word) if len(word) > 3 else word for word in words)


def wording(topic: str) -> str:
    """What is to be said: the words in quotes if there are any, else the topic itself."""
    quoted = _QUOTED.search(topic)
    return quoted.group(1) if quoted else topic.strip(" .,:;“”\"'")


def _read_sentence(sentence: str) -> Iterator[Rule]:
    exception = _EXCEPTION.search(sentence)
    core = sentence[: exception.start()] if exception else sentence
    hedged = _HEDGE.search(re.sub(r"\b(?:may|can|could) ?not\b", "", core, flags=re.IGNORECASE)) is not None
    without = exception.group(1).strip() if exception else ""
    for kind, pattern in _PATTERNS:
        found = pattern.search(core)
        if found is None:
            continue
        if kind == "ask":
            before = pattern.pattern.startswith(r"\bbefore")
            topic, wanted = (found.group(1), found.group(2)) if before else (found.group(2), found.group(1))
            yield Rule(kind, topic, wanted.strip(), without, not hedged)
            return
        yield Rule(kind, found.group(1), wording(found.group(1)), without, not hedged)
        if kind in ("never", "refuse"):
            return
