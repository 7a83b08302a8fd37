"""A folder any web server can host: every signed export, its signature beside it, an index and plain pages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from mythos.accounts.actors import Actor
from mythos.accounts.models import Swarm
from mythos.accounts.permissions import require
from mythos.errors import Invalid
from mythos.formats.bundle.archive import LAST, unpack
from mythos.packages.models import PackageExport

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}code{word-break:break-all}"
)


@dataclass(frozen=True)
class IndexFile:
    """One file of the folder."""

    path: str
    content: bytes


def write_index(*, actor: Actor, swarm: Swarm, folder: Path, title: str = "") -> list[str]:
    """Write the folder; files that are there with the same bytes stay. The paths that were written."""
    require(actor, "packages.export", swarm)
    files = index_files(swarm, title or swarm.name)
    if not files:
        raise Invalid("There is nothing signed to publish.", hint="Build and sign a package first.")
    written = []
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != file.content:
            path.write_bytes(file.content)
            written.append(file.path)
    return written


def index_files(swarm: Swarm, title: str) -> list[IndexFile]:
    """Every file of the index; only signed exports are in it."""
    exports = PackageExport.objects.filter(package__swarm=swarm).exclude(fingerprint="").select_related("package")
    files: list[IndexFile] = []
    packages: dict[str, dict[str, Any]] = {}
    for export in exports.order_by("package__slug", "-id"):
        name = f"files/{export.package.slug}-{export.version}.mythos"
        data = bytes(export.archive)
        files += [IndexFile(name, data), IndexFile(f"{name}.sig.json", bytes(unpack(data)[LAST]))]
        packages.setdefault(export.package.slug, _package(export))["versions"].append(_version(export, name))
    if not packages:
        return []
    rows = list(packages.values())
    index = {"format": "mythos-index", "format_version": 1, "title": title, "packages": rows}
    files.append(IndexFile("index.json", (json.dumps(index, indent=2, ensure_ascii=False) + "\n").encode()))
    files.append(IndexFile("index.html", _page(title, _list(rows))))
    files += [IndexFile(f"{row['name']}.html", _page(row["title"], _details(row))) for row in rows]
    return files


def _package(export: PackageExport) -> dict[str, Any]:
    row = export.package
    return {
        "name": row.slug,
        "title": row.name,
        "description": row.description,
        "license": row.license,
        "authors": row.authors,
        "tags": row.tags,
        "versions": [],
    }


def _version(export: PackageExport, path: str) -> dict[str, Any]:
    return {
        "version": export.version,
        "file": path,
        "signature": f"{path}.sig.json",
        "sha256": export.sha256,
        "size": export.size,
        "signer": export.signer_name,
        "fingerprint": export.fingerprint,
        "codex_tags": export.codex_tags,
        "counts": export.counts,
    }


def _page(title: str, body: SafeString) -> bytes:
    text = format_html(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{}</title>'
        '<meta name="viewport" content="width=device-width"><style>{}</style></head>'
        "<body><h1>{}</h1>{}</body></html>\n",
        title, STYLE, title, body,
    )  # fmt: skip
    return str(text).encode()


def _list(rows: list[dict[str, Any]]) -> SafeString:
    items = ((row["name"], row["title"], row["versions"][0]["version"], row["license"]) for row in rows)
    return format_html(
        '<ul>{}</ul><p><a href="index.json">index.json</a></p>',
        format_html_join("", '<li><a href="{}.html">{}</a> {} ({})</li>', items),
    )


def _details(row: dict[str, Any]) -> SafeString:
    versions = (
        (v["file"], v["version"], v["size"], v["signer"], v["signature"], v["sha256"], v["fingerprint"])
        for v in row["versions"]
    )
    return format_html(
        '<p>{}</p><p>{}</p><ul>{}</ul><p><a href="index.html">All packages</a></p>',
        row["description"],
        row["license"],
        format_html_join(
            "",
            '<li><a href="{}">{}</a> ({} bytes), signed by {} (<a href="{}">signature</a>)<br>'
            "SHA-256 <code>{}</code><br>Key <code>{}</code></li>",
            versions,
        ),
    )
