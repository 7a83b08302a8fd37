"""A small package with one of everything, for tests and for the fuzz run."""

from __future__ import annotations

from mythos.formats.bundle import About, Contents, Dependency, Seal, write_bundle
from mythos.formats.bundle.canonical import digest
from mythos.formats.bundle.document import (
    CheckpointEntry,
    ClauseEntry,
    CodexEntry,
    ContractEntry,
    PromptEntry,
    RitualEntry,
    RoleEntry,
    lineage,
)
from mythos.text.normalize import content_hash

PRIVATE = bytes(range(32))
OTHER = bytes(range(1, 33))
WHEN = "2026-05-0{}T08:00:00+00:00"


def about(**given: object) -> About:
    known: dict[str, object] = {
        "name": "refund-desk",
        "title": "Refund desk",
        "version": "1.0.0",
        "description": "Answers about refunds.",
        "license": "Apache-2.0",
        "authors": ("Ines",),
        "attribution": "",
        "tags": ("support",),
        "codex_tags": ("money",),
        "dependencies": (Dependency("base-tone", "^1.0.0"),),
    }
    return About(**(known | given))  # type: ignore[arg-type]


def prompt(slug: str, *texts: str) -> PromptEntry:
    points, before = [], ""
    for number, text in enumerate(texts, start=1):
        sha, when = content_hash(text), WHEN.format(number)
        before = lineage(before, number, sha, "", "Ines", when)
        points.append(CheckpointEntry(number, text, sha, "", "Ines", when, [], before))
    metadata = {"model": "x", "temperature": 0.5}
    return PromptEntry(slug, slug.title(), "system", ["support"], None, tuple(points), metadata)


def contents(count: int = 2) -> Contents:
    prompts = [
        prompt(f"desk/p{n}", f"Never refund more than {n} euros.", f"Never refund over {n} € {{{{name}}}}.")
        for n in range(count)
    ]
    terms = {
        "type": "guarded",
        "codex_clauses": [
            {"codex": "house", "ref": "no_refund", "version": 2, "obligation": "", "origin": "role", "path": "desk"}
        ],
        "symbolic_expectations": [
            {"id": "e1", "type": "contains", "value": "refund", "weight": 1.0, "on": "prompt", "clause": "no_refund"}
        ],
        "inherited_roles": [{"role": "desk", "version": 3, "path": "desk"}],
    }
    contract = ContractEntry(
        "desk/p0", "guarded", digest(terms), terms["codex_clauses"], terms["symbolic_expectations"],
        terms["inherited_roles"], "kept", ({"codex": "house", "ref": "no_refund", "state": "kept"},), "Ines", "",
    )  # fmt: skip
    versions = [
        {"version": 1, "text": "Do not refund.", "authority": "user"},
        {"version": 2, "text": "Do not refund without approval.", "authority": "user"},
    ]
    clause = ClauseEntry("no_refund", "No refund", "block", ("money",), versions)
    role_term = {"codex": "house", "ref": "no_refund", "version": 2, "obligation": ""}
    case = {
        "ref": "c1", "split": "validation", "weight": 1.0, "input": "Refund me.", "variables": {"name": "Ada"},
        "messages": [], "expectations": [{"id": "e1", "type": "contains", "value": "approval", "weight": 1.0}],
        "threshold": None, "extra": {},
    }  # fmt: skip
    result = {
        "provider": "scripted", "model": "scripted", "simulated": True, "text_sha256": "", "cases_sha256": "0" * 64,
        "total": 1, "passed": 1, "measured": 1, "rate": 1.0, "low": 0.2, "high": 1.0, "score": 1.0,
        "finished_at": WHEN.format(1), "repeats": 1, "judge": "", "graders": {"contains": 1},
        "outcomes": [{"ref": "c1", "passed": 1.0}],
    }  # fmt: skip
    return Contents(
        prompts=prompts,
        contracts=[contract],
        codices=[CodexEntry("house", "House rules", (clause,))],
        roles=[RoleEntry("desk", 3, "Desk", "", (role_term,), ())],
        rituals=[
            RitualEntry("refunds", "Refunds", "refusal", "", (), "desk/p0", (), {}, (case,), (result,)),
        ],
    )


def package(count: int = 2, private: bytes | None = PRIVATE) -> bytes:
    return write_bundle(about(), contents(count), Seal(private, "Ines") if private else None).data
