"""Export, proof and import into an empty swarm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vault_parts.timing import Timer


def carrying(swarm: Any, home: str) -> dict[str, Any]:
    """Export, proof and import into an empty swarm."""
    from mythos.accounts.actors import SYSTEM
    from mythos.accounts.services import create_swarm
    from mythos.prompts.carrying import export_lines
    from mythos.prompts.services import import_vault
    from mythos.prompts.verifying import verify_vault

    path = Path(home) / "vault.ndjson"
    rows = 0
    with Timer() as out, path.open("w") as file:
        for line in export_lines(actor=SYSTEM, swarm=swarm):
            file.write(line)
            rows += 1
    with Timer() as proof:
        whole = verify_vault(actor=SYSTEM, swarm=swarm)
    with Timer() as back, path.open() as file:
        copy = create_swarm(actor=SYSTEM, slug=f"copy{swarm.pk}", name="Copy")
        import_vault(actor=SYSTEM, swarm=copy, lines=file)
    path.unlink()
    return {
        "rows": rows,
        "export": out.rate(rows),
        "verify": proof.rate(whole.checkpoints + whole.mutations) | {"is_whole": whole.is_whole},
        "import": back.rate(rows),
    }
