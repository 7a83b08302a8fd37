"""A running MythOS with the demo swarm, and a real Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.cli.test_up import free_port

PASSWORD = "a journey pass phrase 7"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip


@dataclass(frozen=True)
class Site:
    address: str
    home: str


@pytest.fixture(scope="package")
def site(tmp_path_factory) -> Iterator[Site]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed; `make test` as root on Debian installs it")
    home, port = tmp_path_factory.mktemp("journey"), free_port()
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MYTHOS_", "DJANGO_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "mythos.cli.main", "up"],
        env={**clean, "MYTHOS_HOME": str(home), "PORT": str(port), "MYTHOS_PASSWORD": PASSWORD},
        stdout=subprocess.PIPE,
        text=True,
    )
    while "Ctrl-C stops it." not in (line := process.stdout.readline()):
        assert line, "it ended before it answered"
    yield Site(f"http://127.0.0.1:{port}", str(home))
    process.send_signal(signal.SIGTERM)
    process.wait(30)


@pytest.fixture(scope="package")
def browser(site):
    playwright = pytest.importorskip("playwright.sync_api")
    with pytest.MonkeyPatch.context() as patch, playwright.sync_playwright() as engine:
        # Its loop is open in this thread until the journeys end; Django would take them for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def signed_in(site, browser):
    """Cookies of the owner."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site.address}/sign-in")
    page.fill("#email", "owner@mythos.local")
    page.fill("#password", PASSWORD)
    page.click("button.pri")
    page.wait_for_url(f"{site.address}/")
    state = context.storage_state()
    context.close()
    return state
