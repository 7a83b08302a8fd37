"""A chain from two clicks to the seal, through a pause and a killed server: nothing lost, nothing paid twice."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.cli.test_up import free_port
from tests.journeys.conftest import CHROMIUM, PASSWORD
from tests.journeys.test_journeys import watched

pytestmark = pytest.mark.enable_socket
PATIENCE = 240_000
BADGE = ".head .badge:has-text('{}')"


@pytest.fixture
def server(tmp_path):
    """Start it, kill it with everything it started, start it again on the same data and port."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MYTHOS_", "DJANGO_"))}
    clean |= {"MYTHOS_HOME": str(tmp_path / "home"), "PORT": str(free_port()), "MYTHOS_PASSWORD": PASSWORD}
    running: list[subprocess.Popen[str]] = []

    def start() -> str:
        process = subprocess.Popen(
            [sys.executable, "-m", "mythos.cli.main", "up"], env=clean, stdout=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        running.append(process)
        while "Ctrl-C stops it." not in (line := process.stdout.readline()):
            assert line, "it ended before it answered"
        return f"http://127.0.0.1:{clean['PORT']}"

    def kill() -> None:
        os.killpg(running[-1].pid, signal.SIGKILL)
        running[-1].wait(30)

    yield start, kill, tmp_path / "home" / "mythos.sqlite3"
    if running[-1].poll() is None:
        running[-1].send_signal(signal.SIGTERM)
        running[-1].wait(30)


def test_a_chain_outlives_a_pause_and_a_kill(server, browser):
    start, kill, database = server
    address = start()
    page, complaints = watched(browser.new_context())
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/sign-in")
    page.fill("#email", "owner@mythos.local")
    page.fill("#password", PASSWORD)
    page.click("button.pri")
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/train/chains")
    page.get_by_role("link", name="Train Calliope").click()
    assert "12 train, 12 validation, 12 held out" in page.inner_text("main")
    page.get_by_role("button", name="Start the chain").click()
    page.wait_for_url(re.compile(r"/train/chains/\d+$"))
    page.get_by_role("button", name="Pause").click()
    page.wait_for_selector(BADGE.format("Paused"))
    home = page.url
    kill()
    start()
    page.goto(home)
    page.wait_for_selector(BADGE.format("Paused"))
    complaints.clear()  # the stream broke when the server died
    page.get_by_role("button", name="Go on").click()
    page.evaluate("window.stayed = true")
    page.wait_for_selector(BADGE.format("Done"))
    assert page.evaluate("window.stayed") is True, "the page was not loaded again"
    shown = page.inner_text("main")
    assert "On held-out cases" in shown
    assert "12 cases that nothing was learnt from" in shown
    assert "at the start, 1.00 now" in shown
    assert page.locator(".head .badge", has_text="Simulated").count() == 1
    with closing(sqlite3.connect(database)) as rows:
        states = rows.execute("SELECT state, begun FROM training_trainingcall").fetchall()
    assert {state for state, _ in states} == {"done"}
    assert sum(begun > 1 for _, begun in states) <= 4  # no more than were in flight
    page.get_by_role("button", name="Seal result").click()
    page.get_by_role("dialog").get_by_role("button", name="Seal result").click()
    page.wait_for_selector("text=Sealed by Owner")
    assert complaints == []
