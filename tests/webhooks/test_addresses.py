"""Where messages may go."""

from __future__ import annotations

import socket
from ipaddress import ip_network

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from mythos import addresses, environment
from mythos.addresses import Refused, reachable, target_of
from mythos.errors import Invalid
from mythos.webhooks import sending

INSIDE = [
    "https://127.0.0.1/x", "https://[::1]/x", "https://10.1.2.3/", "https://172.16.0.1/", "https://192.168.1.1/",
    "https://169.254.169.254/latest", "https://0.0.0.0/", "https://100.64.0.1/", "https://[fe80::1]/",
    "https://[fc00::1]/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/",
    "https://224.0.0.1/", "https://255.255.255.255/", "https://[::]/",
]  # fmt: skip


@pytest.mark.parametrize("url", INSIDE)
def test_an_address_inside_a_network_is_refused_however_it_is_written(url):
    with pytest.raises(Invalid) as caught:
        target_of(url)
    assert "inside a network" in caught.value.fields["url"]


@pytest.mark.parametrize(
    "url",
    ["", "ftp://example.org/", "https://", "https://me:secret@example.org/", "https://example.org/#part",
     "https://example.org/a b", "https://example.org:99999/", "javascript:alert(1)", "https://exämple.org/",
     "https://example.org/\r\nHost: inside"],
)  # fmt: skip
def test_what_is_no_address_is_refused(url):
    with pytest.raises(Invalid):
        target_of(url)


def names(monkeypatch, *numbers):
    """Let a name stand for these numbers."""
    rows = [(socket.AF_INET6 if ":" in n else socket.AF_INET, socket.SOCK_STREAM, 6, "", (n, 443)) for n in numbers]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: rows)


def test_every_number_of_a_name_is_looked_at(monkeypatch):
    target = target_of("https://hooks.example.org/x")
    names(monkeypatch, "93.184.216.34", "2606:2800:220:1::1")
    assert reachable(target) == ["93.184.216.34", "2606:2800:220:1::1"]
    for number in ("10.0.0.5", "fe80::1%eth0", "127.1.1.1"):
        names(monkeypatch, "93.184.216.34", number)
        with pytest.raises(Refused, match="inside a network"):
            reachable(target)


def test_only_named_networks_are_let_in_and_only_they_without_encryption(monkeypatch):
    inside = "http://10.1.2.3/hooks"
    ours = [ip_network("10.0.0.0/8")]
    assert reachable(target_of(inside, ours), ours) == ["10.1.2.3"]
    with pytest.raises(Invalid, match="cannot be used"):
        target_of("http://192.168.1.1/", ours)
    names(monkeypatch, "93.184.216.34")
    with pytest.raises(Refused, match="https only"):
        reachable(target_of("http://hooks.example.org/", ours), ours)
    with pytest.raises(Invalid):
        target_of(inside)


def test_the_number_that_was_checked_is_the_one_that_is_connected_to(monkeypatch):
    connected = []

    def connect(address, timeout):
        connected.append(address)
        raise ConnectionRefusedError("refused")

    names(monkeypatch, "93.184.216.34", "93.184.216.35")
    monkeypatch.setattr(addresses.socket, "create_connection", connect)
    answer = sending.post("https://hooks.example.org/", b"{}", {})
    assert connected == [("93.184.216.34", 443), ("93.184.216.35", 443)]
    assert (answer.status, answer.error) == (None, "refused")


def test_a_name_that_comes_to_stand_for_something_inside_gets_nothing(monkeypatch):
    names(monkeypatch, "192.168.0.7")
    monkeypatch.setattr(addresses.socket, "create_connection", lambda *_, **__: pytest.fail("it connected"))
    answer = sending.post("https://hooks.example.org/", b"{}", {})
    assert answer.status is None
    assert "inside a network" in answer.error


def test_a_receiver_that_drips_is_cut_off(monkeypatch):
    monkeypatch.setattr(sending, "WHOLE_SECONDS", 0.3)
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        override_settings(PRIVATE_NETWORKS=[ip_network("127.0.0.0/8")]),
    ):
        answer = sending.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
    assert answer.status is None
    assert answer.error
    assert answer.ms < 3_000


def test_a_setting_that_is_no_network_stops_the_start(monkeypatch):
    monkeypatch.setenv("MYTHOS_PRIVATE_NETWORKS", "10.0.0.0/8, nonsense")
    with pytest.raises(ImproperlyConfigured, match="MYTHOS_PRIVATE_NETWORKS must be networks"):
        environment.networks("MYTHOS_PRIVATE_NETWORKS")
