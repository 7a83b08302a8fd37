"""Static files, copied beside the data with hashed names and compressed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from mythos import __version__

SOURCE = Path(__file__).resolve().parents[1] / "web" / "static"


def collect_static() -> None:
    """Copy the package's files when those in MYTHOS_HOME are not the same."""
    stamp_file = settings.STATIC_ROOT / ".stamp"
    stamp = _stamp(SOURCE)
    if stamp_file.is_file() and stamp_file.read_text() == stamp:
        return
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp_file.write_text(stamp)


def _stamp(folder: Path) -> str:
    digest = hashlib.sha256(f"{__version__} {django.__version__}".encode())
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder)}:{path.stat().st_size}:{path.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()
