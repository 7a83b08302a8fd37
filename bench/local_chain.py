"""A whole chain on the embedded local model, through the browser or the services, with no network but this machine.

    python bench/local_chain.py                                    # provider `local`, in the browser
    python bench/local_chain.py --provider openai                  # an OpenAI-compatible server, started here
    python bench/local_chain.py --provider openai --door services
    unshare -n sh -c 'ip link set lo up; exec python bench/local_chain.py'   # as root: the machine is cut off

Needs `make local`. The chain is small, and so is the model (135 million parameters): it shows that everything works
together, not that anything gets better. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PASSWORD = "a local pass phrase 7"
QUESTIONS = ("my parcel", "my invoice", "the voucher", "a broken lamp")
PROMPT = "You answer customers of a small shop. Be brief.\n"
LONGEST_REPLY = 40
LONGEST_SECONDS, PATIENCE_MS = 1800, 120_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def model_server() -> Iterator[dict[str, str]]:
    """llama.cpp's own server over the embedded model, and the settings that name it."""
    from mythos.providers.local import MODEL, _Server, weights

    server = _Server(weights())
    url, key, _ = server.client._given
    try:
        asked = {"MYTHOS_OPENAI_URL": url, "MYTHOS_OPENAI_MODEL": MODEL, "MYTHOS_OPENAI_CONCURRENCY": "1"}
        yield asked | {"OPENAI_API_KEY": key}
    finally:
        server.stop()


def make_desk() -> None:
    """One assistant, one prompt, one ritual of four cases a split."""
    import django

    django.setup()
    from mythos.accounts.actors import SYSTEM
    from mythos.accounts.models import Swarm
    from mythos.accounts.services import create_swarm
    from mythos.assistants.services import create_assistant
    from mythos.cli.database import prepare
    from mythos.formats.rituals.document import CaseRecord
    from mythos.prompts.services import create_prompt
    from mythos.rituals.services import create_ritual

    prepare()
    swarm = Swarm.objects.first() or create_swarm(actor=SYSTEM, slug="shop", name="Shop")
    desk = create_assistant(actor=SYSTEM, swarm=swarm, slug="desk", name="Desk")
    prompt = create_prompt(actor=SYSTEM, swarm=swarm, slug="desk/answers", text=PROMPT, assistant=desk).prompt
    cases = [
        CaseRecord(
            f"{split}-{number}",
            f"Hello, what about {what}? ({split} {number})",
            expectations=[{"type": "icontains", "value": "thank"}, {"type": "max-tokens", "value": 30}],
            split=split,
        )
        for split in ("train", "validation", "held_out")
        for number, what in enumerate(QUESTIONS)
    ]
    create_ritual(actor=SYSTEM, swarm=swarm, slug="desk-answers", prompt=prompt, cases=cases)


def by_services(provider: str, calls: int) -> dict[str, Any]:
    """Started and done in this process."""
    from mythos.accounts.actors import SYSTEM
    from mythos.accounts.models import Swarm
    from mythos.training.services import Wish, start_chain
    from mythos.work.services import run_due

    wish = Wish(provider=provider, calls=calls, max_tokens=LONGEST_REPLY, steps=3)
    swarm = Swarm.objects.get()
    start_chain(actor=SYSTEM, swarm=swarm, title="Thanks", assistants=["desk"], wish=wish)
    run_due()
    return {}


def by_browser(provider: str, calls: int, address: str, pictures: Path | None) -> dict[str, Any]:
    """Signed in, filled in, watched until it is done; every address the pages asked for."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser")
    asked: list[str] = []
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"])
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}/sign-in")
        page.fill("#email", "owner@mythos.local")
        page.fill("#password", PASSWORD)
        page.click("button.pri")
        page.wait_for_url(f"{address}/")
        page.goto(f"{address}/train/chains/new")
        page.fill("#title", "Thanks")
        page.check("input[value=desk]")
        page.select_option("#provider", provider)
        page.fill("#calls", str(calls))
        page.locator("summary", has_text="Models, goal").click()
        page.fill("#max_tokens", str(LONGEST_REPLY))
        page.fill("#steps", "3")
        page.click("text=Show what it would do")
        page.wait_for_selector("text=Estimate")
        _picture(page, pictures, "new")
        page.click("text=Start the chain")
        page.wait_for_url(re.compile(r"/train/chains/\d+$"))
        page.wait_for_selector(".head .badge:has-text('Done')", timeout=LONGEST_SECONDS * 1000)
        _picture(page, pictures, "done")
        shown = page.inner_text("main")
        browser.close()
    return {
        "other_addresses": sorted({url for url in asked if not url.startswith((address, "data:"))}),
        "says_it_is_for_trying_out": "for trying things out" in shown,
    }


def _picture(page: Any, folder: Path | None, name: str) -> None:
    if folder is None:
        return
    for look, scheme, width in (("light", "light", 1280), ("dark", "dark", 1280), ("phone", "light", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=str(folder / f"{name}-{look}.png"), full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})


@contextmanager
def running(home: Path) -> Iterator[str]:
    """`mythos up` on this home: its address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "mythos.cli.main", "up", "--no-demo"],
        env={**os.environ, "PORT": str(port), "MYTHOS_PASSWORD": PASSWORD},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while "Ctrl-C stops it." not in (line := process.stdout.readline()):
        assert line, "it ended before it answered"
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def main() -> None:
    """One JSON object on stdout."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--provider", choices=["local", "openai"], default="local")
    parser.add_argument("--door", choices=["browser", "services"], default="browser")
    parser.add_argument("--calls", type=int, default=24, help="at least 14; a reflection takes the model a minute")
    parser.add_argument("--pictures", type=Path, default=None, help="a folder for pictures of the pages")
    given = parser.parse_args()
    began = time.monotonic()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mythos-local-")))
        os.environ |= {"MYTHOS_HOME": str(home), "DJANGO_SETTINGS_MODULE": "mythos.settings"}
        os.environ.pop("MYTHOS_DATABASE_URL", None)
        if given.provider == "openai":
            os.environ |= stack.enter_context(model_server())
        make_desk()
        if given.door == "services":
            told = by_services(given.provider, given.calls)
        else:
            # Playwright's loop is open in this thread; what is read afterwards is not asynchronous.
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
            told = by_browser(given.provider, given.calls, stack.enter_context(running(home)), given.pictures)
        print(json.dumps({"provider": given.provider, "door": given.door, **_chain(), **told,
                          "seconds": round(time.monotonic() - began), "load": os.getloadavg()[0]}))  # fmt: skip


def _chain() -> dict[str, Any]:
    """What came of it."""
    from mythos.training.models import SwarmTrainingChain, TrainingCall

    chain = SwarmTrainingChain.objects.get()
    answered = TrainingCall.objects.filter(chain=chain, state="done").exclude(kind="gate")
    held_out = chain.result.get("held_out", {})
    return {
        "state": chain.state,
        "model": chain.model,
        "steps": chain.current_step,
        "calls": chain.calls,
        "answered": answered.count(),
        "reflections": answered.filter(kind="reflection").count(),
        "tokens": chain.tokens,
        "score_before": chain.score_before,
        "score": chain.score,
        "held_out": {name: held_out.get(name) for name in ("n", "before", "after", "verdict")},
        "is_simulated": chain.is_simulated,
    }


if __name__ == "__main__":
    main()
