"""A contract as a document people can keep: JSON is the plain data, Markdown is made from the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def as_markdown(document: Mapping[str, Any]) -> str:
    """The contract document (see `contract_document`) as Markdown, obligations worst first."""
    lines = [
        f"# Contract of {document['prompt']}",
        "",
        f"Version {document['version']}, {document['type']}, **{document['state']}**. "
        f"Signed by {document['signer'] or 'nobody yet'} on {document['signed_at'][:10]}. "
        f"Fingerprint `{document['fingerprint']}`.",
        "",
        "## Obligations",
    ]
    for row in document["obligations"]:
        source = f"from role {row['path']}" if row["origin"] == "role" else "own clause"
        lines += ["", f"### {row['state']}: {row['ref']} v{row['version']} ({source})", "", *_quoted(row["text"])]
        lines += ["", *(_evidence(item) for item in row["evidence"])]
    if document["expectations"]:
        lines += [
            "",
            "## Expectations",
            "",
            "| Id | Type | Value | On | Clause | Result |",
            "|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {_cell(row['id'])} | {_cell(row['type'])} | {_cell(row['value'])} | {row['on']} "
            f"| {_cell(row['clause'])} | {_cell(row['state'])} |"
            for row in document["expectations"]
        ]
    if document["roles"]:
        lines += ["", "## Inherited roles", ""]
        lines += [f"- {row['path']} v{row['version']}" for row in document["roles"]]
    return "\n".join(lines) + "\n"


def _evidence(item: Mapping[str, Any]) -> str:
    where = f" (prompt v{item['checkpoint']})" if item["checkpoint"] else ""
    said = f" “{' '.join(item['sentence'].split())}”" if item["sentence"] else ""
    return f"- {item['check']}: {item['state']}{where}. {item['text']}{said}"


def _quoted(text: str) -> list[str]:
    return [f"> {line}".rstrip() for line in text.splitlines()]


def _cell(value: Any) -> str:
    return " ".join(str(value).replace("|", "\\|").split())
