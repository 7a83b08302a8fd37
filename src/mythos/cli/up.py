"""`mythos up`: everything on one machine, as one supervised process tree."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field

import click
from django.conf import settings

from mythos.cli.bootstrap import FirstOwner, bootstrap, collect_static
from mythos.cli.database import prepare
from mythos.errors import Invalid, NotConfigured

START_SECONDS = 60
STOP_SECONDS = 10
LONGEST_PAUSE = 30.0


@dataclass
class Child:
    """One supervised process; crashes are followed by growing pauses."""

    name: str
    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    crashes: int = 0
    restart_at: float = field(default=0.0)

    def start(self) -> None:
        command = [sys.executable, "-m", "mythos.cli.main", *self.arguments, "--parent", str(os.getpid())]
        # A session of its own keeps Ctrl-C for the parent, who stops its children in order.
        self.process = subprocess.Popen(command, start_new_session=True)

    def tend(self) -> None:
        """Start again what has ended by itself."""
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        if not self.restart_at:
            self.crashes += 1
            self.restart_at = now + min(0.5 * 2 ** (self.crashes - 1), LONGEST_PAUSE)
            click.echo(f"{self.name} ended with code {self.process.returncode}; starting it again", err=True)
        elif now >= self.restart_at:
            self.restart_at = 0.0
            self.start()

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, envvar="PORT", show_default=True)
@click.option("--no-demo", is_flag=True, help="Start with an empty swarm instead of the demo.")
@click.option("--no-worker", is_flag=True, help="Serve only; run `mythos worker` elsewhere.")
def up(host: str, port: int, no_demo: bool, no_worker: bool) -> None:
    """Start MythOS here: database, web server and worker. Ctrl-C stops all of it."""
    _refuse_taken(host, port)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    click.echo(f"Data in {settings.HOME}")
    prepare()
    collect_static()
    children = [Child("web", ["web", "--host", host, "--port", str(port)])]
    try:
        children[0].start()  # it starts while the demo is loaded; nobody can sign in before that is done
        owner = bootstrap(demo=settings.LOAD_DEMO and not no_demo, say=click.echo)
        if not no_worker:
            children.append(Child("worker", ["worker"]))
            children[-1].start()
        _wait_for_answer(host, port, children[0], stop)
        _welcome(host, port, owner)
        while not stop.wait(0.3):
            for child in children:
                child.tend()
    finally:
        for child in reversed(children):
            child.stop()
    click.echo("Stopped.")


def _refuse_taken(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Invalid(
                f"Port {port} on {host} cannot be used: {error.strerror}.", hint="Choose another with PORT or --port."
            ) from error


def _wait_for_answer(host: str, port: int, web: Child, stop: threading.Event) -> None:
    """Return once the server answers."""
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - only compared
    until = time.monotonic() + START_SECONDS
    while not stop.is_set() and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://{shown}:{port}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            if web.process is not None and web.process.poll() is not None:
                raise NotConfigured("The web server did not start.", hint="Its message stands above.") from None
            stop.wait(0.1)
    if not stop.is_set():
        raise NotConfigured(f"The web server did not answer within {START_SECONDS} s.")


def _welcome(host: str, port: int, owner: FirstOwner | None) -> None:
    shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::"} else host  # noqa: S104 - only compared
    click.echo(f"\nMythOS is at http://{shown}:{port}/")
    if owner is not None:
        click.echo(f"  Email     {owner.email}")
        click.echo(f"  Password  {owner.password}   (shown this once)")
    click.echo("Ctrl-C stops it.")
    sys.stdout.flush()
