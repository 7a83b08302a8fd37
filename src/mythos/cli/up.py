"""`mythos up`: everything on one machine, as one supervised process tree."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request

import click
from django.conf import settings

from mythos.accounts.models import Swarm, User
from mythos.cli.bootstrap import FirstOwner, make_first_swarm, make_owner, refuse_weak_password
from mythos.cli.database import prepare
from mythos.cli.listening import host_option, port_option
from mythos.cli.output import json_option
from mythos.cli.supervisor import Child, Family
from mythos.errors import Invalid, NotConfigured

START_SECONDS = 60


@click.command()
@host_option
@port_option
@click.option("--no-demo", is_flag=True, help="Start with an empty swarm instead of the demo.")
@click.option("--no-worker", is_flag=True, help="Serve only; run `mythos worker` elsewhere.")
@json_option
def up(host: str, port: int, no_demo: bool, no_worker: bool, as_json: bool) -> None:
    """Start MythOS here: database, web server and worker. Ctrl-C stops all of it."""
    refuse_taken(host, port)
    web, worker = Child("web server", ["web", "--host", host, "--port", str(port)]), Child("worker", ["worker"])
    family = Family([web] if no_worker else [web, worker])
    family.heed_signals()
    click.echo(f"Data in {settings.HOME}", err=as_json)
    try:
        # The server loads its code while the tables and the demo are made; it listens only after that.
        web.start("--hold")
        owner = _first_start(demo=settings.LOAD_DEMO and not no_demo, as_json=as_json)
        web.release()
        try:
            wait_for_answer(_address(host, port), web, family)
        finally:
            # Whatever happened to the server, the password is not shown again.
            _welcome(_address(host, port), owner, as_json)
        for child in family.children[1:]:
            child.start()
        family.watch()
    finally:
        family.end()
    click.echo("Stopped.", err=as_json)


def refuse_taken(host: str, port: int) -> None:
    """Say so when somebody else listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Invalid(
                f"Port {port} on {host} cannot be used: {error.strerror or error}.",
                hint="Choose another with PORT or --port.",
            ) from error


def _first_start(*, demo: bool, as_json: bool) -> FirstOwner | None:
    prepare()
    refuse_weak_password()
    if demo and not Swarm.objects.exists():
        _fill_demo_apart(as_json=as_json)
    elif demo and not User.objects.exists():
        click.echo("No demo is made: a swarm is here already. It comes with an empty MYTHOS_HOME.", err=as_json)
    make_first_swarm()
    return make_owner()


def _fill_demo_apart(*, as_json: bool) -> None:
    command = [sys.executable, "-m", "mythos.cli.first_demo", *(["--err"] if as_json else [])]
    code = subprocess.run(command, check=False).returncode
    if code:
        raise NotConfigured("The demo could not be made.", hint="Its message stands above. Or start with --no-demo.")


def wait_for_answer(address: str, web: Child, family: Family) -> None:
    """Return once the server answers, or a signal asked to stop."""
    until = time.monotonic() + START_SECONDS
    while not family.stop.wait(0.05):
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):  # noqa: S310 - our own address
                return
        except OSError as error:
            if web.has_ended:
                raise NotConfigured("The web server did not start.", hint="Its message stands above.") from error
            if time.monotonic() > until:
                raise NotConfigured(f"The web server did not answer within {START_SECONDS} s.") from error


def _address(host: str, port: int) -> str:
    near = {"127.0.0.1": "localhost", "0.0.0.0": "localhost", "::": "localhost"}.get(host, host)  # noqa: S104
    return f"http://[{near}]:{port}" if ":" in near else f"http://{near}:{port}"


def _welcome(address: str, owner: FirstOwner | None, as_json: bool) -> None:
    if as_json:
        password = owner.password if owner and owner.is_made_up else None
        click.echo(json.dumps({"url": f"{address}/", "email": owner and owner.email, "password": password}))
        return
    click.echo(f"\nMythOS is at {address}/")
    if owner is not None:
        password = f"{owner.password}   (shown this once)" if owner.is_made_up else "the one in MYTHOS_PASSWORD"
        click.echo(f"  Name      {owner.name}")
        click.echo(f"  Email     {owner.email}")
        click.echo(f"  Password  {password}")
    click.echo("Ctrl-C stops it.")
