"""Words of the texts, behind one set of functions: SQLite's FTS5, PostgreSQL's tsvector.

PostgreSQL keeps its words by itself, in a generated column. SQLite is told here, in the transaction that writes the
text: a trigger would be lost whenever a later migration remakes the table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from mythos.prompts.models import PromptCheckpoint

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """The words a text is searched by, as both databases cut it."""
    return _WORD.findall(text.lower())


def has_words(wanted: str, *texts: str) -> bool:
    """Whether texts have every one of the words, or a longer one that begins with it, as FTS5 cuts and folds them."""
    said = "\n".join(texts)
    said = (said if said.isascii() else _folded(said)).lower()
    return all(_begins(word, said) for word in wanted.split())


def _begins(word: str, said: str) -> bool:
    """Whether the word stands where one begins; thousands of texts are asked for one page, a pattern takes too long."""
    at = said.find(word)
    while at > 0 and said[at - 1].isalnum():
        at = said.find(word, at + 1)
    return at >= 0


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def remember(checkpoints: Sequence[PromptCheckpoint]) -> None:
    """Make the texts of new checkpoints findable."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO prompts_text(rowid, text, slug, message) VALUES (%s, %s, %s, %s)",
            [(row.pk, row.text, row.slug, row.message) for row in checkpoints],
        )


def forget(checkpoints: Sequence[PromptCheckpoint]) -> None:
    """Take texts that are about to be purged out of the index."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO prompts_text(prompts_text, rowid, text, slug, message) VALUES ('delete', %s, %s, %s, %s)",
            [(row.pk, row.text, row.slug, row.message) for row in checkpoints],
        )


def matching(words: Sequence[str]) -> RawSQL:
    """The ids of checkpoints that have every word, or a longer one that begins with it."""
    if connection.vendor == "sqlite":
        return RawSQL(
            "SELECT rowid FROM prompts_text WHERE prompts_text MATCH %s", [" ".join(f'"{w}"*' for w in words)]
        )
    held = holding(words)
    return RawSQL(f"SELECT id FROM prompts_promptcheckpoint WHERE {held.sql}", held.params)  # noqa: S608, S611


def holding(words: Sequence[str]) -> RawSQL:
    """Whether a row itself has every word: for words so frequent that a page is full after a few rows."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.create_function("has_words", 4, has_words, deterministic=True)
        row = ", ".join(f"prompts_promptcheckpoint.{column}" for column in ("text", "slug", "message"))
        return RawSQL(f"has_words(%s, {row})", [_folded(" ".join(words))], BooleanField())  # noqa: S611
    asked = " & ".join(f"{word}:*" for word in words)
    return RawSQL("prompts_promptcheckpoint.words @@ to_tsquery('simple', %s)", [asked], BooleanField())
