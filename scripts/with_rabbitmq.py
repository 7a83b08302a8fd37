"""Run a command with MYTHOS_QUEUE=celery against a RabbitMQ of its own, in a temporary folder, stopped afterwards.

Needs `rabbitmq-server` of the system (on Debian: `apt-get install rabbitmq-server`) and the extra `mythos[celery]`.
`python scripts/with_rabbitmq.py pytest -n 0 tests/work`. With 77 it ends when there is no RabbitMQ here.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PLACES = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "/opt/rabbitmq/sbin/rabbitmq-server")
MISSING = 77
START_SECONDS = 90


def program() -> str | None:
    """The server itself, not the wrapper that wants a user of its own."""
    return next((place for place in PLACES if Path(place).exists()), shutil.which("rabbitmq-server"))


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Rabbit:
    """One node in a folder; killed and started again it has everything it had."""

    folder: Path
    port: int = field(default_factory=free_port)
    epmd: int = field(default_factory=free_port)
    dist: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def url(self, host: str = "127.0.0.1") -> str:
        return f"amqp://guest:guest@{host}:{self.port}//"

    def start(self) -> None:
        """Return once it takes connections."""
        found = program()
        if found is None:
            raise FileNotFoundError("rabbitmq-server is not installed")
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "rabbitmq.conf").write_text("loopback_users = none\nlog.console = true\n")
        (self.folder / "enabled_plugins").write_text("[].\n")
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(
            [found], env=self._environment(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
        until = time.monotonic() + START_SECONDS
        while not self._listens():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.folder / "server.log").read_text()[-2000:])
            time.sleep(0.1)

    def kill(self) -> None:
        """kill -9 of the node, as a power cut would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """For good, with the daemon that Erlang leaves behind."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
        subprocess.run(["epmd", "-port", str(self.epmd), "-kill"], capture_output=True, check=False)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _environment(self) -> Mapping[str, str]:
        own = {
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self.epmd),
            "RABBITMQ_NODENAME": f"mythos{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.dist),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
        }
        return {**os.environ, **own}


def main(command: list[str]) -> int:
    """Exit code of the command."""
    if program() is None:
        print("There is no rabbitmq-server here.", file=sys.stderr)
        return MISSING
    with tempfile.TemporaryDirectory(prefix="mythos-rabbit-", ignore_cleanup_errors=True) as folder:
        rabbit = Rabbit(Path(folder))
        try:
            rabbit.start()
            environment = {**os.environ, "MYTHOS_QUEUE": "celery", "MYTHOS_BROKER_URL": rabbit.url()}
            return subprocess.call(command, env=environment)
        finally:
            rabbit.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
