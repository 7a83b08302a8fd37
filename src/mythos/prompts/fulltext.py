"""Words of the texts, behind one set of functions: SQLite's FTS5, PostgreSQL's tsvector.

PostgreSQL keeps its words by itself, in a generated column. SQLite is told here, in the transaction that writes the
text: a trigger would be lost whenever a later migration remakes the table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from mythos.prompts.models import PromptCheckpoint

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """The words a text is searched by, as both databases cut it."""
    return _WORD.findall(text.lower())


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


def matching(text: str) -> RawSQL:
    """The ids of checkpoints that have every word, or a longer one that begins with it."""
    words = words_of(text)
    if connection.vendor == "sqlite":
        return RawSQL(
            "SELECT rowid FROM prompts_text WHERE prompts_text MATCH %s", [" ".join(f'"{w}"*' for w in words)]
        )
    held = holding(text)
    return RawSQL(f"SELECT id FROM prompts_promptcheckpoint WHERE {held.sql}", held.params)  # noqa: S608, S611


def holding(text: str) -> RawSQL:
    """Whether a row has every word: PostgreSQL asks the row itself or its index, as it thinks best."""
    asked = " & ".join(f"{word}:*" for word in words_of(text))
    return RawSQL("prompts_promptcheckpoint.words @@ to_tsquery('simple', %s)", [asked], BooleanField())
