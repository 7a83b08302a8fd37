"""Importing one version of the Model Spec over another and auditing every clause it changes, with storage.

Prints seconds for the import and the audits, and how many clauses there were. Both models are loaded before.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

SPEC = Path(__file__).resolve().parents[2] / "shared" / "data" / "model-spec"
EDITIONS = ("2025-02-12", "2025-04-11", "2025-09-12", "2025-10-27")


def main() -> None:
    """Every step from one published version to the next, in a fresh database."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"MYTHOS_HOME": home, "DJANGO_SETTINGS_MODULE": "mythos.settings"}
        import django

        django.setup()
        from mythos.cli.database import prepare
        from mythos.text.compare import compare

        prepare()
        compare("Log it.", "Log it all.")
        print(json.dumps(measured(), indent=1))


def measured() -> dict[str, Any]:
    from mythos.accounts.actors import SYSTEM
    from mythos.accounts.services import create_swarm
    from mythos.codex.services import import_codex, run_audit
    from mythos.formats.codex_markdown import read_codex

    swarm = create_swarm(actor=SYSTEM, slug="bench", name="Bench")
    report: dict[str, Any] = {}
    for date in EDITIONS:
        name = f"model_spec_{date}.md"
        document = read_codex((SPEC / name).read_text("utf-8"), name=name)
        started, busy = time.perf_counter(), time.process_time()
        found = import_codex(actor=SYSTEM, swarm=swarm, codex_slug="spec", document=document)
        imported = time.perf_counter()
        verdicts = Counter(run_audit(actor=SYSTEM, audit_id=audit.pk).verdict for audit in found.audits)
        report[name] = {
            "clauses": len(document.clauses),
            "audits": len(found.audits),
            "verdicts": dict(sorted(verdicts.items())),
            "import, seconds": round(imported - started, 2),
            "audits, seconds": round(time.perf_counter() - imported, 2),
            "both, CPU seconds": round(time.process_time() - busy, 2),
        }
    return report


if __name__ == "__main__":
    main()
