"""A query finds the same rows whichever way it is answered: by few matches, or by walking the order."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection

from mythos.assistants.services import create_assistant
from mythos.errors import Invalid
from mythos.formats.prompts.base import PromptRecord, Revision
from mythos.prompts import counting, parts, search, words
from mythos.prompts.counting import Count, counted, total_of
from mythos.prompts.limits import limited, unlimited
from mythos.prompts.models import Prompt, PromptCheckpoint
from mythos.prompts.queries import visible_checkpoints
from mythos.prompts.query import read_query
from mythos.prompts.services import create_prompt, fork_prompt, import_prompts, move_label, trash_prompt
from mythos.web.checkpoints import SORTS
from mythos.web.tables import found_page, page_after

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
def test_every_way_finds_the_same_rows_and_counts(cast, many, monkeypatch):
    large = Count(10**6)
    for query in QUERIES:
        by_few = search.search(many, read_query(query, cast.swarm))
        counts = [counted(by_few, many, cast.swarm, large)]
        monkeypatch.setattr(search, "DRIVING", -1)
        in_between = search.search(many, read_query(query, cast.swarm))
        counts.append(counted(in_between, many, cast.swarm, large))
        monkeypatch.setattr(parts, "FEW", -1)
        monkeypatch.setattr(parts, "WIDE", -1)
        monkeypatch.setattr(words, "MANY_WORDS", -1)
        walked = search.search(many, read_query(query, cast.swarm))
        counts.append(counted(walked, many, cast.swarm, Count(0)))
        monkeypatch.setattr(words, "MANY_WORDS", 1)
        monkeypatch.setattr(words, "FREQUENT", 1)
        cache.clear()
        asked = search.search(many, read_query(query, cast.swarm))
        monkeypatch.undo()
        cache.clear()
        expected = keys(by_few.rows)
        ways = [by_few, in_between, walked, asked]
        assert all(keys(way.rows) == expected for way in ways), query
        assert all(keys(way.few) == expected for way in ways if way.few is not None), query
        assert walked.few is None
        assert not query or all(count.number == len(expected) for count in counts), (query, counts)
        plain = [row for row in many if all(holds(row, part) for part in query.split())]
        assert {row.pk for row in plain} == expected, query
        if query and query not in ("strasse",):
            assert expected, query


@pytest.mark.both_databases
def test_a_page_is_the_same_whichever_way_it_was_found(cast, many, monkeypatch):
    for query in QUERIES:
        for sort, column in SORTS.items():
            parts_read = read_query(query, cast.swarm)
            found = search.search(many, parts_read, column)
            few = found_page(found, column, f"-{sort}", "", 7, many)
            again = found_page(found, column, f"-{sort}", few[1], 7, many) if few[1] else ([], "")
            walked = replace(found, few=None)
            assert few == found_page(walked, column, f"-{sort}", "", 7, many), (query, sort)
            if few[1]:
                assert again == found_page(walked, column, f"-{sort}", few[1], 7, many), (query, sort)


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
    monkeypatch.setattr(counting, "FEW", 10)
    assert total_of(many, cast.swarm) == Count(everything, is_about=True)
    create_prompt(actor=cast.owner, swarm=cast.swarm, slug="late", text="One more.")
    assert total_of(many, cast.swarm) == Count(everything + 1, is_about=True)
    monkeypatch.setattr(counting, "SAMPLE", 20)
    found = search.Found(many.filter(token_count__gt=3))
    about = counted(found, many, cast.swarm, Count(everything, is_about=True))
    assert about == Count(many.filter(token_count__gt=3).count(), is_about=True)
    monkeypatch.setattr(counting, "SPREAD", 20)
    assert abs(counted(found, many, cast.swarm, Count(everything)).number - about.number) < everything // 3


def test_a_single_part_is_counted_without_what_is_in_the_trash(cast, many):
    parts_read = read_query("prompt:hermes/", cast.swarm)
    before = counted(search.search(many, parts_read), many, cast.swarm, Count(10**6))
    trash_prompt(actor=cast.owner, prompt_id=Prompt.objects.get(swarm=cast.swarm, slug="hermes/3").pk)
    after = counted(search.search(many, parts_read), many, cast.swarm, Count(10**6))
    assert (before.number, after.number) == (80, 76)


def test_a_page_is_read_from_the_index_of_its_order(cast, many):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's plan")
    for name, column in SORTS.items():
        rows = search.search(many, read_query("tokens:>1 tone:neutral", cast.swarm)).rows
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


def test_what_is_read_once_does_not_count_towards_the_limit(monkeypatch, cast):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL counts each statement by itself")
    monkeypatch.setattr("mythos.prompts.limits.STEPS", 1)

    def counted_twice():
        with unlimited():
            assert PromptCheckpoint.objects.count() == 0
        return PromptCheckpoint.objects.count()

    with pytest.raises(Invalid, match="was stopped"), limited(-1.0):
        counted_twice()
    assert counted_twice() == 0
