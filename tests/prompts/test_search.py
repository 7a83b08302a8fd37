"""A query finds the same rows whichever way it is answered: by few matches, or by walking the order."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from mythos.assistants.services import create_assistant
from mythos.errors import Invalid
from mythos.formats.prompts.base import PromptRecord, Revision
from mythos.prompts import search as module
from mythos.prompts.limits import limited
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.prompts.queries import visible_checkpoints
from mythos.prompts.query import read_query
from mythos.prompts.search import Count, counted, search, total_of
from mythos.prompts.services import create_prompt, fork_prompt, import_prompts, move_label
from mythos.web.checkpoints import SORTS
from mythos.web.tables import page_after

WORDS = ["you must", "please", "never", "answer", "kindly", "refund", "hello {{name}}", "urgent!", "Straße", "x_y"]
QUERIES = [
    "",
    "refund",
    "refund never",
    "refu",
    "strasse",
    "x_y",
    "hermes",
    "tokens:>12",
    "tokens:5..12 refund",
    "tokens:7",
    "tone:neutral,formal",
    "tag:@longer",
    "tag:shorter",
    "prompt:hermes/",
    "ancestor:hermes/0",
    "assistant:desk",
    "label:best",
    "created:>2024-03",
    "created:<=2024-03-05 tag:@obligation+",
    "tag:@longer ancestor:hermes/0 tokens:>2",
]


@pytest.fixture
def many(cast):
    rng = random.Random(3)
    desk = create_assistant(actor=cast.owner, swarm=cast.swarm, slug="desk", name="Desk")
    start = datetime(2024, 1, 1, tzinfo=UTC)
    for family, assistant in (("hermes", desk), ("iris", None)):
        records = [
            PromptRecord(
                f"{family}/{n}",
                f"{family} {n}",
                tuple(
                    Revision(" ".join(rng.choices(WORDS, k=rng.randint(1, 8))), start + timedelta(days=n * 3 + v))
                    for v in range(4)
                ),
            )
            for n in range(20)
        ]
        import_prompts(actor=cast.owner, swarm=cast.swarm, records=records, assistant=assistant)
    first = Prompt.objects.get(slug="hermes/0")
    fork = fork_prompt(actor=cast.owner, prompt_id=first.pk, slug="child")
    fork_prompt(actor=cast.owner, prompt_id=fork.prompt_id, slug="grandchild")
    move_label(actor=cast.owner, prompt_id=first.pk, label="best", version=2)
    create_prompt(actor=cast.stranger, swarm=cast.other_swarm, slug="hermes/0", text="refund never")
    return visible_checkpoints(cast.owner, cast.swarm)


def keys(rows):
    return set(rows.order_by().values_list("pk", flat=True))


@pytest.mark.both_databases
def test_both_ways_find_the_same_rows_and_counts(cast, many, monkeypatch):
    for query in QUERIES:
        parts = read_query(query, cast.swarm)
        by_few = search(many, parts)
        monkeypatch.setattr(module, "DRIVING", -1)
        in_between = search(many, parts)
        monkeypatch.setattr(module, "FEW", -1)
        monkeypatch.setattr(module, "MANY_WORDS", -1)
        walked = search(many, read_query(query, cast.swarm))
        monkeypatch.undo()
        expected = keys(by_few.rows)
        assert keys(in_between.rows) == keys(walked.rows) == expected, query
        assert walked.few is None
        assert not query or counted(by_few, many, Count(10**6)) == Count(len(expected)), query
        plain = [row for row in many if all(holds(row, part) for part in query.split())]
        assert {row.pk for row in plain} == expected, query
        if query and query not in ("strasse",):
            assert expected, query


def holds(row, part):
    key, colon, value = part.partition(":")
    if not colon:
        said = f"{row.text} {row.slug} {row.message}".lower().replace("/", " ")
        cut = "".join(c if c.isalnum() else " " for c in said).split()
        wanted = "".join(c if c.isalnum() else " " for c in part.lower()).split()
        return all(any(word.startswith(one) for word in cut) for one in wanted)
    tags = {tag.name for tag in row.tag_rows.all()}
    if key == "tokens":
        low, _, high = value.partition("..")
        number = row.token_count
        return (
            int(low) <= number <= int(high)
            if high
            else number > int(value[1:])
            if value[0] == ">"
            else number == int(value)
        )
    if key == "created":
        edge = value.lstrip("<>=").split("-")
        day = datetime(*[int(piece) for piece in [*edge, "1", "1"][:3]], tzinfo=UTC)
        return row.created_at > day if value[0] == ">" else row.created_at <= day
    family = {"hermes/0", "child", "grandchild"}
    return {
        "tone": lambda: row.tone_type in value.split(","),
        "tag": lambda: value in tags or f"@{value}" in tags,
        "prompt": lambda: row.slug.startswith(value),
        "ancestor": lambda: row.slug in family,
        "assistant": lambda: row.prompt.assistant is not None and row.prompt.assistant.slug == value,
        "label": lambda: value in {label.name for label in row.labels.all()},
    }[key]()


@pytest.mark.both_databases
@pytest.mark.parametrize("name", list(SORTS))
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_order_pages_through_every_row_once(cast, many, name, sign):
    seen, after = [], ""
    while True:
        page, after = page_after(many, SORTS[name], f"{sign}{name}", after, 13)
        seen += page
        if not after:
            break
    assert len(seen) == len({row.pk for row in seen}) == many.count()
    values = [(getattr(row, SORTS[name]), row.pk) for row in seen]
    if connection.vendor == "sqlite" or name not in ("prompt", "tone", "author"):  # PostgreSQL sorts by its locale
        assert values == sorted(values, reverse=bool(sign))


def test_counts_are_exact_or_say_about(cast, many, monkeypatch):
    everything = many.count()
    assert total_of(many, cast.swarm) == Count(everything)
    monkeypatch.setattr(module, "FEW", 10)
    assert total_of(many, cast.swarm) == Count(everything, is_about=True)
    monkeypatch.setattr(module, "SAMPLE", 20)
    found = replace(search(many, read_query("tokens:>1", cast.swarm)), few=None, sample=20)
    about = counted(found, many, Count(everything, is_about=True))
    assert about.is_about
    assert 0 < about.number <= everything


def test_a_page_is_read_from_the_index_of_its_order(cast, many):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's plan")
    for name, column in SORTS.items():
        rows = search(many, read_query("tokens:>1 tone:neutral", cast.swarm)).rows
        monkey = rows.order_by(f"-{column}", "-id").values_list("pk", flat=True)[:5]
        plan = monkey.explain()
        assert "TEMP B-TREE FOR ORDER BY" not in plan or "json_each" in plan, (name, plan)


@pytest.mark.both_databases
def test_a_question_that_takes_too_long_is_stopped_with_advice(cast):
    slow = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 50000000) SELECT max(x) FROM n"
    with pytest.raises(Invalid, match="was stopped") as told, limited(0.2), connection.cursor() as cursor:
        cursor.execute(slow)
    assert "prompt:" in told.value.hint
    with limited(5.0):
        assert PromptCheckpoint.objects.count() == 0
