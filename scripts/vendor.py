"""Rebuild the icon sprite and `vendor.lock.json` from an npm folder: `python scripts/vendor.py node_modules`.

For developers only; installing MythOS never needs Node. Packages are pinned in the lock it writes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "src" / "mythos" / "web" / "static"
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


def main(modules: Path) -> None:
    """Copy files, build the sprite, write the lock."""
    lock = []
    for target, (package, source) in FILES.items():
        about = json.loads((modules / package / "package.json").read_text())
        shutil.copyfile(modules / package / source, STATIC / target)
        lock.append(entry(STATIC / target, package, about["version"], about["license"], source))
    icons = STATIC / "icons" / "sprite.svg"
    icons.write_text(sprite(modules))
    about = json.loads((modules / "lucide-static" / "package.json").read_text())
    lock.append(entry(icons, "lucide-static", about["version"], about["license"], "icons/*.svg, built"))
    (STATIC / "vendor" / "vendor.lock.json").write_text(json.dumps({"files": lock}, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
