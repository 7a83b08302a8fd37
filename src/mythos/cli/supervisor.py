"""Children of `mythos up`: started, started again after a crash, and stopped in order."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import click

# A little longer than the worker takes to finish or give back the job under way.
STOP_SECONDS = 25.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0
POLL_SECONDS = 0.2


@dataclass
class Child:
    """One supervised process; crashes in a row are followed by growing pauses."""

    name: str
    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    crashes: int = 0
    started_at: float = 0.0
    restart_at: float | None = None

    def start(self, *extra: str) -> None:
        """Start the process; with `--hold` it waits for `release`."""
        command = [sys.executable, "-m", "mythos.cli.family", str(os.getpid()), *self.arguments, *extra]
        held = subprocess.PIPE if "--hold" in extra else subprocess.DEVNULL
        # A session of its own keeps Ctrl-C for the parent, who stops its children in order.
        self.process = subprocess.Popen(command, stdin=held, start_new_session=True)
        self.started_at = time.monotonic()
        self.restart_at = None

    def release(self) -> None:
        """Let a held process go on; one that has already died is found by whoever waits for its answer."""
        if self.process is not None and self.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError), self.process.stdin as line:
                line.write(b"\n")

    @property
    def has_ended(self) -> bool:
        """Whether it was started and is gone."""
        return self.process is not None and self.process.poll() is not None

    def tend(self) -> None:
        """Start again what has ended by itself."""
        if not self.has_ended or self.process is None:
            return
        now = time.monotonic()
        if self.restart_at is None:
            self.crashes = 1 if now - self.started_at > STEADY_SECONDS else self.crashes + 1
            self.restart_at = now + min(FIRST_PAUSE * 2 ** (self.crashes - 1), LONGEST_PAUSE)
            click.echo(f"The {self.name} ended with code {self.process.returncode}; starting it again.", err=True)
        elif now >= self.restart_at:
            self.start()


@dataclass
class Family:
    """The children and the wish to stop: the first signal asks them to end, the second ends them."""

    children: Sequence[Child]
    stop: threading.Event = field(default_factory=threading.Event)
    hurry: threading.Event = field(default_factory=threading.Event)

    def heed_signals(self) -> None:
        """Take Ctrl-C and SIGTERM as the wish to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, *_: object) -> None:
        (self.hurry if self.stop.is_set() else self.stop).set()

    def watch(self) -> None:
        """Tend the children until it is time to stop."""
        while not self.stop.wait(POLL_SECONDS):
            for child in self.children:
                child.tend()

    def end(self) -> None:
        """Ask every child to end, wait, and kill those that do not."""
        living = [child.process for child in self.children if child.process is not None]
        for process in living:
            process.terminate()
        until = time.monotonic() + STOP_SECONDS
        while any(process.poll() is None for process in living):
            if self.hurry.wait(0.05) or time.monotonic() > until:
                for process in living:
                    process.kill()
        for process in living:
            process.wait()
