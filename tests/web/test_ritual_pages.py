"""Pages of rituals, runs, comparisons, annotations and the playground: what they show, whom they refuse."""

from __future__ import annotations

import json
import re

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from mythos.accounts.actors import SYSTEM
from mythos.codex.services import (
    check_prompt,
    create_clause,
    create_codex,
    measure_proposal,
    propose_change,
    revise_clause,
    run_audit,
    sign_contract,
)
from mythos.formats.rituals.document import CaseRecord
from mythos.prompts.services import create_prompt, revise_prompt
from mythos.providers import PROVIDERS
from mythos.providers.base import Price, failed
from mythos.providers.scripted import Scripted
from mythos.rituals.models import Ritual, RitualAnnotation, RitualReply, RitualResult, RitualRun
from mythos.rituals.queries import cases_of
from mythos.rituals.services import create_ritual, execute_run, start_run
from tests.web.conftest import NASTY

TEXT = f'You answer customers.\nAlways mention "ticket number".\nYou know {{{{name}}}}. {NASTY}'
RUBRIC = {"id": "kind", "type": "llm-rubric", "value": f"Is it kind? {NASTY}"}
ADA = {"name": "Ada"}
CASES = [
    CaseRecord("parcel", f"Where is it? {NASTY}", ADA, expectations=[{"type": "icontains", "value": "ticket"}]),
    CaseRecord("hello", "Hello", ADA, expectations=[{"type": "icontains", "value": NASTY}, RUBRIC]),
]


@pytest.fixture
def prompt(cast):
    return create_prompt(actor=cast.editor, swarm=cast.swarm, slug="hermes/desk", title=NASTY, text=TEXT).prompt


@pytest.fixture
def ritual(cast, prompt):
    return create_ritual(
        actor=cast.editor, swarm=cast.swarm, slug="desk", title=NASTY, description=NASTY, prompt=prompt, cases=CASES
    )


@pytest.fixture
def run(cast, ritual, monkeypatch):
    class Judge(Scripted):
        def chat(self, messages, options):
            return type(super().chat(messages, options))('{"pass": true, "reason": "Kind."}', 1, 1, 0.0, 0.0, "judge")

    monkeypatch.setitem(PROVIDERS, "judge", Judge())
    return finished(cast, ritual, judge={"provider": "judge"})


def finished(cast, ritual, **options):
    started = start_run(actor=cast.editor, ritual_id=ritual.pk, provider="scripted", **options)
    return execute_run(actor=cast.editor, run_id=started.pk)


def at(name, *args, **query) -> str:
    return reverse(name, args=args) + ("?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else "")


def streamed(response) -> str:
    async def gather() -> bytes:
        return b"".join([part async for part in response.streaming_content])

    return async_to_sync(gather)().decode()


def result_of(run, ref="hello"):
    return RitualResult.objects.get(run=run, case__ref=ref)


def test_members_see_every_page_escaped_and_strangers_find_nothing(as_, cast, prompt, ritual, run) -> None:
    second = finished(cast, ritual, repeats=2)
    of_the_swarm = [
        at("rituals.page", ritual.pk),
        at("rituals.page", ritual.pk, version=1, split="train"),
        at("rituals.case", ritual.pk),
        at("rituals.case", ritual.pk, ref="parcel"),
        at("rituals.export", ritual.pk, format="jsonl"),
        at("rituals.run", run.pk),
        at("rituals.run", run.pk, show="failed"),
        at("rituals.events", run.pk),
        at("rituals.result", run.pk, result_of(run).pk),
        at("rituals.compare", old=run.pk, new=second.pk),
        at("prompts.playground", prompt.pk),
        at("prompts.playground", prompt.pk, case=cases_of(ritual)[0].pk),
    ]
    everybody = [at(f"rituals.{name}") for name in ("list", "new", "import", "affected", "annotate")]
    for page in [*of_the_swarm, *everybody]:
        response = as_("editor").get(page)
        assert response.status_code == 200, page
        body = streamed(response) if response.streaming else response.content.decode()
        assert NASTY not in body or "export" in page, page
    for page in of_the_swarm:
        assert as_("stranger").get(page).status_code == 404, page
    for page in everybody:
        assert b"hermes/desk" not in as_("stranger").get(page).content, page
    for page in (at("rituals.case", ritual.pk), at("rituals.new"), at("rituals.import")):
        assert as_("viewer").get(page).status_code == 403, page


def test_strangers_and_viewers_change_nothing(as_, cast, prompt, ritual, run) -> None:
    one = result_of(run)
    posts = [
        (at("rituals.start", ritual.pk), {"provider": "scripted"}),
        (at("rituals.details", ritual.pk), {"title": "Mine", "type": "free"}),
        (at("rituals.case", ritual.pk), {"base": 1, "ref": "x"}),
        (at("rituals.act", run.pk, "retry"), {}),
        (at("rituals.answer", one.pk), {"expectation": "kind", "verdict": "met"}),
        (at("prompts.playground", prompt.pk), {"text": "Hi", "provider": "scripted"}),
    ]
    before = (RitualRun.objects.count(), RitualReply.objects.count())
    for page, data in posts:
        assert as_("stranger").post(page, data).status_code == 404, page
        assert as_("viewer").post(page, data).status_code == 403, page
    assert before == (RitualRun.objects.count(), RitualReply.objects.count())
    assert RitualAnnotation.objects.count() == 0
    assert Ritual.objects.get().title == NASTY


def test_a_ritual_is_made_edited_and_run(as_, cast, prompt) -> None:
    editor = as_("editor")
    assert editor.post(at("rituals.new"), {"slug": "No Good", "type": "free"}).status_code == 422
    made = editor.post(at("rituals.new"), {"slug": "fresh", "type": "safety", "prompt": "hermes/desk"})
    ritual = Ritual.objects.get(slug="fresh")
    assert made.url == at("rituals.page", ritual.pk)
    form = {"base": 1, "ref": "hi", "input": "Hi", "split": "train", "weight": "2", "variables": '{"name": "Ada"}'}
    rows = {"check-id": ["", ""], "check-type": ["icontains", ""], "check-value": ["ticket", ""]}
    rows |= {"check-weight": ["1", "1"], "check-clause": ["calm", ""], "check-origin": ["", ""]}
    more = editor.post(at("rituals.case", ritual.pk), {**form, **rows, "step": "add"})
    assert more.content.count(b'name="check-type"') == 3
    wrong = editor.post(at("rituals.case", ritual.pk), {**form, **rows, "variables": "[", "step": "save"})
    assert wrong.status_code == 422
    assert b"An object as JSON" in wrong.content
    saved = editor.post(at("rituals.case", ritual.pk), {**form, **rows, "step": "save"})
    assert saved.status_code == 302
    case = cases_of(ritual).get()
    assert (case.ref, case.split, case.weight, case.variables) == ("hi", "train", 2.0, {"name": "Ada"})
    check = {"id": "e1", "type": "icontains", "value": "ticket", "weight": 1.0, "clause": "calm"}
    assert case.expectations == [check]
    stale = editor.post(at("rituals.case", ritual.pk), {**form, **rows, "ref": "other", "base": 9, "step": "save"})
    assert stale.status_code == 409
    refused = editor.post(at("rituals.start", ritual.pk), {"provider": "scripted", "repeats": "many"})
    assert refused.status_code == 422
    started = editor.post(at("rituals.start", ritual.pk), {"provider": "scripted", "use_cache": "on"})
    run = RitualRun.objects.get()
    assert started.url == at("rituals.run", run.pk)
    retired = editor.post(at("rituals.case", ritual.pk, ref="hi"), {"base": 1, "step": "retire"})
    assert retired.status_code == 302
    assert not cases_of(ritual).exists()


def test_a_running_run_can_be_paused_resumed_and_cancelled(as_, cast, ritual) -> None:
    started, editor = start_run(actor=cast.editor, ritual_id=ritual.pk, provider="scripted"), as_("editor")

    def state() -> str:
        started.refresh_from_db()
        return started.state

    live = editor.get(at("rituals.run", started.pk)).content.decode()
    assert f'data-events="{at("rituals.events", started.pk, state="pending")}"' in live
    assert "Simulated" in live
    editor.post(at("rituals.act", started.pk, "pause"))
    assert state() == "paused"
    assert editor.post(at("rituals.act", started.pk, "pause"), follow=True).status_code == 200
    assert b"Go on" in editor.get(at("rituals.run", started.pk)).content
    editor.post(at("rituals.act", started.pk, "resume"), {"budget": "much"})
    assert state() == "paused"
    editor.post(at("rituals.act", started.pk, "resume"))
    assert state() == "pending"
    editor.post(at("rituals.act", started.pk, "cancel"))
    assert state() == "cancelled"
    assert editor.post(at("rituals.act", started.pk, "explode")).status_code == 404
    assert editor.get(at("rituals.act", started.pk, "pause")).status_code == 405


def test_events_carry_the_progress_and_end_with_the_run(as_, run) -> None:
    response = as_("viewer").get(at("rituals.events", run.pk))
    body = streamed(response)
    assert response["Content-Type"].startswith("text/event-stream")
    assert response["Cache-Control"] == "no-store"
    assert [line for line in body.split("\n") if line.startswith("event:")] == ["event: progress", "event: state"]
    assert 'data-summary="2 of 2 cases done, 1 passed"' in body
    assert body.endswith("event: state\ndata: done\n\n")


def test_simulated_results_say_so_wherever_they_show(as_, cast, prompt, ritual, run) -> None:
    second = finished(cast, ritual)
    pages = [
        at("rituals.list"),
        at("rituals.page", ritual.pk),
        at("rituals.run", run.pk),
        at("rituals.result", run.pk, result_of(run).pk),
        at("rituals.compare", old=run.pk, new=second.pk),
        at("rituals.annotate"),
        at("rituals.affected"),
    ]
    for page in pages:
        assert b"Simulated</span>" in as_("viewer").get(page).content, page
    asked = {"text": "Be kind.", "said": "Hello", "provider": "scripted"}
    assert b"Simulated</span>" in as_("editor").post(at("prompts.playground", prompt.pk), asked).content


def test_a_label_that_a_simulated_run_holds_back_says_so_and_shows_the_conversation(prompt, run) -> None:
    result = result_of(run)
    finding = {
        "state": "breached",
        "clause": "kind",
        "check": "",
        "text": "It failed.",
        "run": run.pk,
        "result": result.pk,
    }
    given = {"label_error": {"message": "No."}, "prompt": prompt, "findings": [finding | {"is_simulated": True}]}
    html = render_to_string("prompts/_label_error.html", given)
    assert "Simulated</span>" in html
    assert at("rituals.result", run.pk, result.pk) in html


def test_the_tables_of_a_ritual_fit_a_laptop_and_fold_on_a_phone(as_, ritual, run) -> None:
    html = as_("viewer").get(at("rituals.page", ritual.pk)).content.decode()
    tables = re.findall(r'<table class="([^"]*)">(.*?)</table>', html, re.DOTALL)
    assert [set(names.split()) for names, _ in tables] == [{"table", "tall", "fold"}] * 2
    assert [body.count("<th") - body.count("<thead") for _, body in tables] == [5, 8]
    head = html[html.index("<h1") : html.index('class="say"')]
    assert "Simulated</span>" in head


def test_a_run_that_measured_nothing_leaves_its_ritual_open(as_, ritual) -> None:
    RitualRun.objects.create(ritual=ritual, ritual_version=1, provider="openai", state=RitualRun.State.FAILED)
    response = as_("editor").get(at("rituals.page", ritual.pk))
    assert response.status_code == 200
    assert '<td class="num" data-name="score">—</td>' in response.content.decode()


def test_words_of_a_check_are_said_with_commas(as_, cast) -> None:
    case = CaseRecord("c", "Hi", expectations=[{"type": "icontains-any", "value": ["a refund", "money back"]}])
    made = create_ritual(actor=cast.editor, swarm=cast.swarm, slug="w", cases=[case])
    assert "“a refund”, “money back”" in as_("editor").get(at("rituals.page", made.pk)).content.decode()


def test_two_runs_side_by_side_show_figures_and_the_cause(as_, cast, prompt, ritual, run) -> None:
    weaker = TEXT.replace("Always mention", "Try to mention")
    revise_prompt(actor=cast.editor, prompt_id=prompt.pk, text=weaker, base=1, source="web")
    new = finished(cast, ritual, judge={"provider": "judge"})
    page = as_("viewer").get(at("rituals.compare", old=run.pk, new=new.pk)).content.decode()
    assert "Only the prompt differs" in page
    assert "Not enough cases" in page
    assert "more cases are needed to tell" in page
    assert "95 % interval from" in page
    assert at("rituals.result", new.pk, result_of(new, "parcel").pk) in page
    both = finished(cast, ritual, repeats=2)
    page = as_("viewer").get(at("rituals.compare", old=run.pk, new=both.pk)).content.decode()
    assert "things differ: prompt, judge, repeats" in page
    assert as_("viewer").get(at("rituals.compare")).status_code == 422


def test_the_judge_is_hidden_until_one_has_spoken(as_, cast, run) -> None:
    editor, one = as_("editor"), result_of(run)
    page = editor.get(at("rituals.annotate")).content.decode()
    assert "Does the reply meet this?" in page
    assert "Kind." not in page
    editor.post(at("rituals.answer", one.pk), {"expectation": "kind", "verdict": "met", "note": "Yes"})
    assert RitualAnnotation.objects.get().note == "Yes"
    after = editor.get(at("rituals.annotate")).content.decode()
    assert "Nothing waits" in after
    assert "1 of 1" in after
    back = editor.post(at("rituals.answer", one.pk), {"expectation": "kind", "verdict": "unsure", "run": run.pk})
    assert back.url == at("rituals.result", run.pk, one.pk)


def test_what_was_tried_out_goes_on_as_a_case(as_, prompt, ritual) -> None:
    editor, page = as_("editor"), at("prompts.playground", prompt.pk)
    asked = {"text": TEXT, "said": f"Where is {NASTY}?", "var-name": "Ada", "step": "keep", "ritual": ritual.pk}
    form = editor.post(page, asked).content.decode()
    assert f'action="{at("rituals.case", ritual.pk)}?ref="' in form
    assert escape(f"Where is {NASTY}?") in form
    assert NASTY not in form
    assert "&quot;name&quot;: &quot;Ada&quot;" in form
    assert b"Choose a ritual." in editor.post(page, asked | {"ritual": "0"}).content
    assert as_("viewer").post(page, asked).status_code == 403
    assert b"Keep the input as a case" not in as_("viewer").get(page).content
    assert f'value="{prompt.slug}"' in editor.get(at("rituals.new", prompt=prompt.slug)).content.decode()


def test_the_playground_streams_pieces_and_keeps_what_it_cost(as_, cast, prompt, monkeypatch) -> None:
    editor, page = as_("editor"), at("prompts.playground", prompt.pk)
    asked = {"text": TEXT, "said": "Where is my parcel?", "provider": "scripted", "var-name": "Ada"}
    stream = editor.post(page, asked, headers={"accept": "text/event-stream"})
    body = streamed(stream)
    pieces = [line.removeprefix("data: ") for line in body.split("\n") if line.startswith("data: ")]
    assert body.count("event: piece") > 5
    assert "ticket number" in "".join(pieces).lower()
    assert body.count("event: done") == 1
    assert RitualReply.objects.get().cost == 0.0
    missing = editor.post(page, asked | {"var-name": ""})
    assert missing.status_code == 422
    assert b"No value given" in missing.content
    told = editor.post(page, asked | {"var-name": ""}, headers={"accept": "text/event-stream"})
    assert "event: failed" in streamed(told)

    class Broken(Scripted):
        def price(self, model):
            return Price(0.0, 0.0)

        def stream(self, messages, options):
            yield f"So far {NASTY}"
            raise failed("truncated", "The connection broke.")

    monkeypatch.setitem(PROVIDERS, "scripted", Broken())
    body = streamed(editor.post(page, asked, headers={"accept": "text/event-stream"}))
    assert "So far" in body
    assert body.endswith("event: failed\ndata: The connection broke.\n\n")


def test_a_file_comes_in_and_what_is_wrong_with_it_is_told(as_, cast) -> None:
    lines = json.dumps({"input": "Hi", "expectations": [{"type": "contains", "value": "Hi"}]}).encode()
    editor = as_("editor")

    def send(name, body):
        return editor.post(at("rituals.import"), {"slug": "given", "file": SimpleUploadedFile(name, body)})

    assert send("cases.jsonl", lines).status_code == 302
    given = Ritual.objects.get(slug="given")
    assert cases_of(given).count() == 1
    assert editor.get(at("rituals.page", given.pk)).status_code == 200, "a ritual without a prompt"
    wrong = send("cases.jsonl", b'{"input": "Hi", "expectations": [{"type": "no-such-thing"}]}')
    assert wrong.status_code == 422
    assert b"no-such-thing" in wrong.content


def test_what_is_affected_is_run_from_the_page(as_, cast, ritual, run) -> None:
    create_ritual(actor=cast.editor, swarm=cast.swarm, slug="other", cases=CASES)
    page = as_("editor").get(at("rituals.affected")).content.decode()
    assert "It has no finished run on rule-follower-1." in page
    assert "Nothing it depends on changed since run" in page
    as_("editor").post(at("rituals.affected"), {"provider": "scripted"})
    assert RitualRun.objects.filter(ritual__slug="other").count() == 1
    assert RitualRun.objects.filter(ritual=ritual).count() == 1


def test_ten_more_rows_cost_no_more_queries(as_, cast, prompt, ritual, run) -> None:
    viewer = as_("viewer")
    lists = [at("rituals.list"), at("rituals.page", ritual.pk), at("rituals.run", run.pk), at("rituals.annotate")]

    def queries() -> dict[str, int]:
        counts = {}
        for page in lists:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert viewer.get(page).status_code == 200
            counts[page] = len(captured)
        return counts

    before = queries()
    for number in range(10):
        create_ritual(actor=cast.editor, swarm=cast.swarm, slug=f"r{number}", prompt=prompt, cases=CASES)
        finished(cast, ritual)
    assert queries() == before


def test_the_contract_shows_the_failing_conversation_and_what_if_the_ritual(as_, cast, prompt) -> None:
    codex = create_codex(actor=cast.owner, swarm=cast.swarm, slug="shop", title="Shop")
    rule = 'Always mention "ticket number".'
    create_clause(actor=cast.owner, codex=codex, ref="ticket", title="Ticket", text=rule)
    sign_contract(actor=cast.owner, prompt_id=prompt.pk, base=0, clauses=[{"ref": "ticket"}])
    check = {"type": "not-icontains", "value": "ticket", "clause": "ticket"}
    case = CaseRecord("parcel", "Where is it?", ADA, expectations=[check])
    ritual = create_ritual(actor=cast.owner, swarm=cast.swarm, slug="rules", prompt=prompt, cases=[case])
    run = finished(cast, ritual)
    check_prompt(prompt_id=prompt.pk)
    card = as_("viewer").get(at("contracts.card", prompt.pk)).content.decode()
    assert f"Failing case · ritual rules, run {run.pk}" in card
    assert at("rituals.result", run.pk, result_of(run, "parcel").pk) in card
    assert "Simulated</span>" in card
    edit = {"ref": "ticket", "text": "Never mention a ticket number."}
    proposal = propose_change(actor=cast.editor, codex=codex, edits=[edit])
    measure_proposal(proposal_id=proposal.pk)
    report = as_("viewer").get(at("whatif.page", proposal.pk)).content.decode()
    assert "Rituals to run again" in report
    assert at("rituals.page", ritual.pk) in report
    assert "1 case, 1 of them about a changed clause" in report
    clause = codex.clauses.get(ref="ticket")
    audit = revise_clause(actor=cast.editor, clause_id=clause.pk, text=edit["text"], base=1)
    run_audit(actor=SYSTEM, audit_id=audit.pk)
    regression = as_("viewer").get(at("regression.page", clause.pk)).content.decode()
    assert "Rituals to run again" in regression
