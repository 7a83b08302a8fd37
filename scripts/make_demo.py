"""Rebuild the demo's data from the real inputs: `python scripts/make_demo.py ../shared/data`."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

from mythos.demo import EDITIONS
from mythos.formats.codex_markdown import read_codex
from mythos.text.normalize import normalize

OUT = Path(__file__).resolve().parents[1] / "src" / "mythos" / "demo" / "data"
LONGEST = 8000
NEWEST = 5  # revisions kept of one prompt: the first start should be quick
ASSISTANTS = [
    (
        "calliope",
        "Calliope",
        "reads long texts and says what matters",
        ["summarize", "summarize_newsletter", "summarize_debate", "summarize_legislation", "summarize_git_changes",
         "summarize_rpg_session", "extract_ideas", "extract_patterns", "extract_questions", "extract_insights",
         "create_5_sentence_summary"],
        ["be_clear", "be_thorough_but_efficient"],
    ),
    (
        "daedalus",
        "Daedalus",
        "helps engineers with code, reports and security",
        ["explain_code", "explain_docs", "explain_project", "analyze_malware", "analyze_threat_report",
         "ask_secure_by_design_questions", "create_report_finding", "improve_report_finding", "write_hackerone_report",
         "create_security_update", "analyze_email_headers"],
        ["avoid_errors", "do_not_facilitate_illicit_behavior"],
    ),
    (
        "hermes",
        "Hermes",
        "answers people, argues fairly and gives guidance",
        ["provide_guidance", "analyze_claims", "analyze_debate", "rate_ai_response", "find_hidden_message",
         "create_show_intro", "recommend_artists", "translate", "ai"],
        ["do_not_lie", "assume_objective_pov"],
    ),
]  # fmt: skip
EXTRA_TAGS = {
    "provide_guidance": ["support_mental_health", "avoid_sycophancy"],
    "analyze_claims": ["express_uncertainty", "no_topic_off_limits"],
    "rate_ai_response": ["avoid_sycophancy"],
    "ai": ["be_warm", "follow_all_applicable_instructions"],
    "explain_code": ["be_clear"],
    "create_security_update": ["ignore_untrusted_data"],
}


# What each assistant promises: refs of clauses its charter quotes, and those a later, shorter charter leaves out.
CHARTERS = [
    ("calliope", "advisory", ["be_warm", "formatting", "avoid_being_condescending", "respect_creators"], []),
    ("daedalus", "strict", ["ignore_untrusted_data", "protect_privacy", "avoid_abuse", "respect_creators"], []),
    (
        "hermes",
        "guarded",
        ["do_not_encourage_self_harm", "support_mental_health", "avoid_regulated_advice", "uphold_fairness",
         "do_not_make_unprompted_personal_comments"],
        ["uphold_fairness"],
    ),
]  # fmt: skip


def main(source: Path) -> None:
    """Write the data files."""
    OUT.mkdir(parents=True, exist_ok=True)
    documents = [(source / "model-spec" / name).read_text(encoding="utf-8") for name in EDITIONS]
    for name, text in zip(EDITIONS, documents, strict=True):
        (OUT / f"{name}.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    refs = {clause.ref for clause in read_codex(documents[-1], name=EDITIONS[-1]).clauses}
    revisions = json.loads((source / "fabric" / "revisions.json").read_text(encoding="utf-8"))
    assistants, kept, labels = [], {}, {}
    for slug, name, description, prompts, tags in ASSISTANTS:
        owned = {}
        for number, prompt in enumerate(prompts):
            entries = [e for e in revisions[prompt] if len(e["text"]) <= LONGEST]
            texts = [normalize(e["text"]) for e in entries]
            entries = [e for i, e in enumerate(entries) if not i or texts[i] != texts[i - 1]]
            entries = entries[-NEWEST:]
            kept[prompt] = entries
            owned[prompt] = [tags[number % len(tags)], *EXTRA_TAGS.get(prompt, [])]
            assert set(owned[prompt]) <= refs, (prompt, set(owned[prompt]) - refs)
            labels[prompt] = {"production": max(1, len(entries) - number % 3)}
            if number % 3:
                labels[prompt]["staging"] = len(entries)
        assistants.append({"slug": slug, "name": name, "description": description, "prompts": owned})
    # Rituals, drafts and what is deployed are written by hand.
    manifest = json.loads((OUT / "demo.json").read_text(encoding="utf-8")) | {
        "codex": {"slug": "model-spec", "title": "Model Spec"},
        "assistants": assistants,
        "labels": labels,
        "charters": [
            {"assistant": assistant, "type": kind, "clauses": clauses, "later_without": dropped}
            for assistant, kind, clauses, dropped in CHARTERS
        ],
    }
    (OUT / "demo.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    (OUT / "prompts.json.gz").write_bytes(gzip.compress(json.dumps(kept).encode(), mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
