"""Fetch, copy and bundle what the pages bring from other projects, and write `vendor.lock.json`.

`python scripts/vendor.py` needs npm; for developers only, installing MythOS never needs Node. Versions are
pinned in scripts/vendor/package.json and its lock.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "src" / "mythos" / "web" / "static"
PINS = ROOT / "scripts" / "vendor"
BUNDLE = STATIC / "vendor" / "codemirror.min.js"
ICONS = [
    "house",
    "scroll-text",
    "git-compare",
    "activity",
    "file-text",
    "layers",
    "users",
    "sun",
    "moon",
    "monitor",
    "menu",
    "search",
    "plus",
    "x",
    "circle-check",
    "circle-x",
    "circle-dashed",
    "triangle-alert",
    "octagon-x",
    "info",
    "arrow-up",
    "arrow-down",
    "arrow-right",
    "arrow-left",
    "corner-down-right",
    "git-branch",
    "git-fork",
    "pin",
    "download",
    "upload",
    "history",
    "log-out",
    "key",
    "settings",
    "list-checks",
    "clock",
    "link",
    "play",
    "rotate-ccw",
    "book-open",
    "chevron-right",
    "chevron-down",
    "pencil",
    "tag",
    "bell",
    "square-pen",
    "keyboard",
    "columns-3",
    "bookmark",
    "funnel",
    "trash-2",
    "shield",
    "inbox",
    "flask-conical",
    "grip-vertical",
    "ellipsis",
    "copy",
    "blocks",
    "package",
    "graduation-cap",
    "route",
    "store",
    "arrow-left-right",
    "pause",
    "square",
    "award",
    "wallet",
]
FILES = {
    "vendor/htmx.min.js": ("htmx.org", "dist/htmx.min.js"),
    **{
        f"fonts/{font}-{subset}-wght-normal.woff2": (
            f"@fontsource-variable/{font}",
            f"files/{font}-{subset}-wght-normal.woff2",
        )
        for font in ("inter", "source-serif-4", "jetbrains-mono")
        for subset in ("latin", "latin-ext")
    },
}


def sprite(modules: Path) -> str:
    """One SVG with a symbol an icon."""
    symbols = []
    for name in ICONS:
        svg = (modules / "lucide-static" / "icons" / f"{name}.svg").read_text()
        body = re.sub(r"<!--.*?-->|</?svg[^>]*>", "", svg, flags=re.DOTALL)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(body.split())}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def entry(path: Path, package: str, version: str, licence: str, source: str) -> dict[str, object]:
    """A line of the lock."""
    data = path.read_bytes()
    digest = base64.b64encode(hashlib.sha384(data).digest()).decode()
    return {
        "file": path.relative_to(STATIC).as_posix(),
        "package": package,
        "version": version,
        "licence": licence,
        "source": source,
        "bytes": len(data),
        "sha384": f"sha384-{digest}",
    }


def bundle(folder: Path) -> dict[str, object]:
    """CodeMirror and what it needs as one script that defines `CodeMirror`; the lock names every package in it."""
    about = folder / "about.json"
    subprocess.run(
        [
            folder / "node_modules" / ".bin" / "esbuild", "codemirror.js", "--bundle", "--minify", "--format=iife",
            "--global-name=CodeMirror", "--legal-comments=none", "--log-level=error", f"--metafile={about}",
            f"--outfile={BUNDLE}",
        ],
        cwd=folder,
        check=True,
    )  # fmt: skip
    (output,) = json.loads(about.read_text())["outputs"].values()
    names = {
        match[1]
        for path, share in output["inputs"].items()
        if share["bytesInOutput"] and (match := re.match(r"node_modules/((?:@[^/]+/)?[^/]+)/", path))
    }
    within = {name: package(folder, name)["version"] for name in sorted(names)}
    main_ = package(folder, "codemirror")
    source = f"scripts/vendor/codemirror.js, bundled by esbuild {package(folder, 'esbuild')['version']}"
    return entry(BUNDLE, "codemirror", main_["version"], main_["license"], source) | {"contains": within}


def package(folder: Path, name: str) -> dict[str, str]:
    """What a fetched package says of itself."""
    about: dict[str, str] = json.loads((folder / "node_modules" / name / "package.json").read_text())
    return about


def main() -> None:
    """Fetch into a folder of its own, copy files, build sprite and bundle, write the lock."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(PINS, folder, dirs_exist_ok=True)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
        lock = []
        for target, (origin, source) in FILES.items():
            about = package(folder, origin)
            shutil.copyfile(folder / "node_modules" / origin / source, STATIC / target)
            lock.append(entry(STATIC / target, origin, about["version"], about["license"], source))
        icons = STATIC / "icons" / "sprite.svg"
        icons.write_text(sprite(folder / "node_modules"))
        about = package(folder, "lucide-static")
        lock.append(entry(icons, "lucide-static", about["version"], about["license"], "icons/*.svg, built"))
        lock.append(bundle(folder))
    (STATIC / "vendor" / "vendor.lock.json").write_text(json.dumps({"files": lock}, indent=1) + "\n")


if __name__ == "__main__":
    main()
