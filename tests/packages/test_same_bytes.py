"""One selection, one sequence of bytes: the committed hash holds on every machine and database."""

import os
import subprocess
import sys

import pytest

from .fixed_selection import SHA256, exported_sha256

PROGRAM = """
from mythos.cli.main import start_django
start_django()
from mythos.accounts.actors import SYSTEM
from mythos.accounts.services import create_swarm, create_user
from mythos.cli.database import prepare
from tests.packages.fixed_selection import exported_sha256
prepare()
swarm = create_swarm(actor=SYSTEM, slug="far", name="Far away")
given = {"email": "ines@example.org", "name": "Ines", "password": "a long pass phrase", "role": "owner"}
print(exported_sha256(create_user(actor=SYSTEM, swarm=swarm, **given), swarm))
"""


@pytest.mark.both_databases
def test_the_bytes_are_the_same_on_both_databases(cast):
    assert exported_sha256(cast.owner, cast.swarm) == SHA256


def test_the_bytes_are_the_same_on_a_machine_that_is_set_up_in_another_way(tmp_path):
    """Another time zone, an ASCII locale, other hashes of strings, a closed umask, another folder, a new process."""
    home = tmp_path / "home of another"
    home.mkdir()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MYTHOS_", "DJANGO_", "LC_"))}
    other = {
        "MYTHOS_HOME": str(home),
        "MYTHOS_TIME_ZONE": "Pacific/Chatham",
        "TZ": "America/St_Johns",
        "LC_ALL": "POSIX",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
        "PYTHONHASHSEED": "4242",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=clean | other,
        umask=0o077,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [SHA256]
