"""`mythos check` on folders under git: what is found, where, and how it ends."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mythos.checking import Finding, Place, Plan, Report, check, read_plan
from mythos.checking.reports import FORMS
from mythos.cli.errors import run
from mythos.cli.main import cli
from mythos.errors import Invalid, NotConfigured

TODAY = date(2026, 11, 21)
RULES = """# Desk rules

## Refunds {#refunds authority=developer}

The assistant must never promise a refund without the approval of a supervisor.

## Records {#records authority=user}

The assistant must log every complaint within 24 hours.
"""
PROMPT = """# Refund desk

You answer customers of a shop.

- You must never promise a refund without the approval of a supervisor.
- Log every complaint within 24 hours.
- Be kind.
"""


class Folder:
    """A repository with a rule book and one prompt, committed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "-q")
        self.write("rules.md", RULES)
        self.write("prompts/desk.prompt.md", PROMPT)
        self.commit()

    def git(self, *arguments: str) -> None:
        who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        subprocess.run(["git", *who, *arguments], cwd=self.root, check=True, capture_output=True)

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", "x")

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def check(self, **choices: object) -> Report:
        given = {"prompts": (self.root / "prompts",), "codex": self.root / "rules.md"} | choices
        return check(Plan(self.root, **given), today=TODAY)  # type: ignore[arg-type]

    def planned(self, text: str) -> Report:
        self.write("mythos.toml", 'codex = "rules.md"\nprompts = ["prompts"]\n' + text)
        return check(read_plan(self.root / "mythos.toml"), today=TODAY)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def told(report: Report) -> list[tuple[str, str, str, int]]:
    return [(one.rule, one.level, one.place.file, one.place.line) for one in report.findings]


def test_nothing_changed_is_clean_and_says_what_was_looked_at(folder):
    report = folder.check()
    assert (report.findings, report.prompts) == ((), ("prompts/desk.prompt.md",))
    assert report.clauses == {"refunds": "Refunds", "records": "Records"}
    assert "1 prompt files, 2 rules, compared with" in FORMS["text"](report)
    assert "nothing found" in FORMS["text"](report)


def test_a_prompt_that_drops_a_rule_it_carried_breaks_that_rule(folder):
    folder.edit(
        "prompts/desk.prompt.md", "- You must never promise a refund without the approval of a supervisor.\n", ""
    )
    [found] = folder.check().findings
    assert (found.rule, found.level) == ("refunds", "error")
    assert "is gone" in found.message
    assert found.place.line == 3, "the nearest line before the gap"


def test_a_prompt_that_weakens_a_rule_is_marked_at_the_words(folder):
    folder.edit("prompts/desk.prompt.md", "must never promise a refund without", "may promise a refund without")
    report = folder.check()
    assert {one.rule for one in report.findings} == {"refunds"}
    assert report.findings[0].place.line == 5
    assert report.fails("error")


def test_a_new_sentence_against_a_rule_is_found_without_a_promise(folder):
    folder.write("prompts/other.prompt.md", "You write letters.\n")
    folder.commit()
    folder.write(
        "prompts/other.prompt.md",
        "You write letters.\n\nYou may always promise a refund without the approval of a supervisor.\n",
    )
    assert ("refunds", "error", "prompts/other.prompt.md", 3) in told(folder.check())


def test_a_weaker_rule_is_found_in_the_rule_book_and_in_the_prompt_left_behind(folder):
    folder.edit("rules.md", "within 24 hours", "within 30 days")
    report = folder.check()
    assert ("records", "rules.md", 9) in [(rule, file, line) for rule, _, file, line in told(report)]
    folder.edit("rules.md", "must log every complaint within 30 days", "must never log a complaint")
    behind = [one for one in folder.check().findings if one.place.file.startswith("prompts/")]
    assert [(one.rule, one.place.line) for one in behind] == [("records", 6)]
    assert behind[0].title == "The rule changed and the prompt did not"


def test_a_rule_that_is_gone_is_said(folder):
    folder.write("rules.md", RULES[: RULES.index("## Records")])
    assert [(one.rule, one.title) for one in folder.check().findings] == [("records", "The rule is gone")]


def test_harmless_edits_of_a_prompt_pass(folder):
    folder.edit("prompts/desk.prompt.md", "within 24 hours", "within one day")
    folder.edit("prompts/desk.prompt.md", "# Refund desk", "# Our refund desk")
    assert folder.check().findings == ()


def test_other_changes_for_the_worse_are_told_as_such(folder):
    folder.edit("prompts/desk.prompt.md", "- Be kind.", "- Never be kind.")
    found = folder.check().findings
    assert {(one.rule, one.place.line) for one in found} == {("prompt-weakened", 7)}


def test_a_renamed_prompt_is_compared_with_what_it_was(folder):
    folder.git("mv", "prompts/desk.prompt.md", "prompts/refunds.prompt.md")
    folder.edit("prompts/refunds.prompt.md", "must never promise", "may promise")
    assert {(one.rule, one.place.file) for one in folder.check().findings} == {("refunds", "prompts/refunds.prompt.md")}


def test_a_branch_is_compared_from_where_it_left(folder):
    folder.git("branch", "-M", "main")
    folder.git("checkout", "-qb", "work")
    folder.edit("prompts/desk.prompt.md", "must never promise", "may promise")
    folder.commit()
    folder.git("checkout", "-q", "main")
    folder.edit("prompts/desk.prompt.md", "Be kind.", "Be kind. Always answer in French.")
    folder.commit()
    folder.git("checkout", "-q", "work")
    assert folder.check().findings == (), "nothing is uncommitted"
    assert {one.rule for one in folder.check(base="main").findings} == {"refunds"}
    with pytest.raises(Invalid, match="no commit"):
        folder.check(base="nowhere")


def test_what_is_promised_is_checked_whether_or_not_it_changed(folder):
    folder.write("prompts/new.prompt.md", "You write short poems about the sea.\n")
    folder.commit()
    contract = '[[contract]]\nprompts = ["prompts/*"]\nclauses = ["refunds"]\ntype = "{}"\n'
    assert folder.planned(contract.format("guarded")).findings == (), "untested is no breach"
    strict = folder.planned(contract.format("strict"))
    assert [(one.rule, one.level, one.place.file) for one in strict.findings] == [
        ("refunds", "error", "prompts/new.prompt.md")
    ]
    folder.edit("prompts/desk.prompt.md", "must never promise", "may promise")
    advisory = folder.planned(contract.format("advisory"))
    assert {one.level for one in advisory.findings if one.rule == "refunds"} == {"note"}


def test_a_waiver_answers_for_one_rule_until_its_day(folder):
    folder.edit("prompts/desk.prompt.md", "must never promise", "may promise")
    waiver = '[[waiver]]\nclause = "refunds"\nowner = "Ines"\nreason = "A trial."\nexpires = {}\nfile = "prompts/{}"\n'
    report = folder.planned(waiver.format("2026-12-01", "desk*"))
    assert report.findings
    assert not report.fails("note")
    assert "waived by Ines until 2026-12-01" in FORMS["text"](report)
    [result] = json.loads(FORMS["sarif"](report))["runs"][0]["results"][:1]
    assert result["suppressions"][0]["status"] == "accepted"
    assert folder.planned(waiver.format("2026-12-01", "other*")).fails("error")
    ended = folder.planned(waiver.format("2026-11-20", "*"))
    assert ended.fails("error")
    assert "The waiver of refunds ended on 2026-11-20." in ended.notes


def test_words_of_a_rule_are_told_once_and_a_waiver_of_it_lets_the_check_pass(folder):
    folder.edit("prompts/desk.prompt.md", "You answer customers of a shop.\n\n", "You answer customers of a shop.\n")
    folder.commit()
    line = "- You must never promise a refund without the approval of a supervisor."
    folder.edit("prompts/desk.prompt.md", line, "- Pay refunds at once.")
    assert {(one.rule, one.place.line) for one in folder.check().findings} == {("refunds", 4)}
    waiver = '[[waiver]]\nclause = "refunds"\nowner = "Ines"\nreason = "A trial."\nexpires = 2026-12-01\n'
    assert not folder.planned(waiver).fails("note")
    folder.edit("prompts/desk.prompt.md", "- Be kind.", "- Never be kind.")
    assert {one.rule for one in folder.planned(waiver).open} == {"prompt-weakened"}, "another line, no rule"


def test_a_line_written_for_another_is_where_the_change_stands(folder):
    folder.edit("prompts/desk.prompt.md", "- Be kind.", "- Never share a customer's card number.\n- Be kind.")
    folder.commit()
    folder.edit("prompts/desk.prompt.md", "- Never share a customer's card number.", "- Say yes.")
    assert {(one.rule, one.place.line) for one in folder.check().findings} == {("prompt-weakened", 7)}


def test_outside_a_repository_only_promises_can_be_checked(tmp_path):
    (tmp_path / "rules.md").write_text(RULES)
    (tmp_path / "a.prompt.md").write_text(PROMPT)
    plan = Plan(tmp_path, (tmp_path / "a.prompt.md",))
    with pytest.raises(NotConfigured, match="Nothing was checked"):
        check(plan, today=TODAY)


def test_every_form_tells_the_same_findings(folder):
    folder.edit("prompts/desk.prompt.md", "must never promise", "may promise")
    folder.edit("prompts/desk.prompt.md", "within 24 hours", "within 30 days")
    report = folder.check()
    assert {one.rule for one in report.findings} == {"refunds", "records"}
    sarif = json.loads(FORMS["sarif"](report))
    [made] = sarif["runs"]
    assert (sarif["version"], made["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    rules = [rule["id"] for rule in made["tool"]["driver"]["rules"]]
    lines = (folder.root / "prompts/desk.prompt.md").read_text().splitlines()
    for result, found in zip(made["results"], report.findings, strict=True):
        assert rules[result["ruleIndex"]] == result["ruleId"] == found.rule
        region = result["locations"][0]["physicalLocation"]["region"]
        assert 1 <= region["startColumn"] < region["endColumn"] <= len(lines[region["endLine"] - 1]) + 1
        assert result["partialFingerprints"]["mythos/v1"] == found.fingerprint
    root = ElementTree.fromstring(FORMS["junit"](report).encode())
    assert root.get("failures") == str(len(report.findings))
    assert len(json.loads(FORMS["json"](report))["findings"]) == len(report.findings)
    annotations = [line for line in FORMS["github"](report).splitlines() if line.startswith("::")]
    assert len(annotations) == len(report.findings)
    assert all(line.count("::") >= 2 and "file=prompts/desk.prompt.md" in line for line in annotations)


def test_an_annotation_cannot_be_broken_out_of():
    place = Place("a,b:c.md", 2, 3, 2, 9)
    found = Finding("refunds", "warning", "Weaker, 100 %: so", "One\nTwo ::error::Three 5 %", place, "x\x00y")
    report = Report((found,), ("a,b:c.md",), {"refunds": "Refunds"})
    line = FORMS["github"](report).splitlines()[0]
    assert line.startswith(
        "::warning file=a%2Cb%3Ac.md,line=2,endLine=2,col=3,endColumn=9,title=Weaker%2C 100 %25%3A so"
    )
    assert line.endswith("::One%0ATwo ::error::Three 5 %25")
    assert ElementTree.fromstring(FORMS["junit"](report).encode()).get("tests") == "1"


def test_the_command_ends_with_the_code_that_says_how(folder, monkeypatch, capsys, tmp_path_factory):
    def call(*arguments: str) -> tuple[int, str]:
        code = run(cli, ["check", *arguments])
        said = capsys.readouterr()
        return code, said.out + said.err

    monkeypatch.chdir(folder.root)
    assert call("prompts", "--codex", "rules.md")[0] == 0
    folder.edit("prompts/desk.prompt.md", "must never promise", "may promise")
    code, out = call("prompts", "--codex", "rules.md", "--output", "sarif=out.sarif", "--format", "github")
    assert (code, out.startswith("::error file=prompts/desk.prompt.md,line=5,")) == (1, True)
    assert json.loads((folder.root / "out.sarif").read_text())["runs"]
    assert call("nowhere")[0] == 2
    assert call("prompts", "--output", "pdf=x")[0] == 2
    code, out = call()
    assert (code, "Nothing was checked" in out) == (3, True)
    folder.write("prompts/bad.md", "")
    code, out = call("prompts")
    assert (code, "prompts/bad.md:1: The file is empty." in out) == (2, True)
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))
    assert call(".")[0] == 3


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("codecs = 'x'", "codecs"),
        ("prompts = 3", "prompts"),
        ("[[contract]]\nprompts = ['a']\nclauses = []", "contract 1.clauses"),
        ("[[contract]]\nprompts = ['a']\nclauses = ['b']\ntype = 'soft'", "contract 1.type"),
        ("[[waiver]]\nclause = 'a'\nowner = 'b'\nreason = 'c'\nexpires = 'never'", "waiver 1.expires"),
        ("[[waiver]]\nclause = 'a'\nreason = 'c'\nexpires = 2027-01-01", "waiver 1.owner"),
        ("waiver = 1", "waiver"),
    ],
)
def test_a_plan_that_cannot_be_read_names_the_key(tmp_path, text, field):
    file = tmp_path / "mythos.toml"
    file.write_text(text)
    with pytest.raises(Invalid) as caught:
        read_plan(file)
    assert field in caught.value.fields


def test_a_plan_that_is_no_toml_is_refused(tmp_path):
    file = tmp_path / "mythos.toml"
    file.write_text("codex = ")
    with pytest.raises(Invalid, match="is no TOML"):
        read_plan(file)
