"""Where messages may go: public addresses, and the networks this server's operator has named."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from django.conf import settings

from mythos.errors import Invalid

PORTS = {"https": 443, "http": 80}
_NAT64 = IPv6Network("64:ff9b::/96")


class Refused(Exception):
    """Nothing is sent there; the message says why."""


@dataclass(frozen=True)
class Target:
    """An address taken apart."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def named(self) -> str:
        """The host as a Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str) -> Target:
    """The parts of an address, or Invalid; whether its host may be reached is looked up when something is sent."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _wrong("This is not an address.") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise _wrong("An address such as https://example.org/hooks.")
    if parts.username or parts.password:
        raise _wrong("Names and passwords do not belong into an address; check the signature instead.")
    if parts.fragment or any(ord(letter) <= 32 or ord(letter) > 126 for letter in url):
        raise _wrong("Plain letters only, without spaces and without a # part.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    found = Target(parts.scheme, parts.hostname, port or PORTS[parts.scheme], path)
    try:
        literal = ip_address(found.host)
    except ValueError:
        return found
    try:
        _refuse(found, literal)
    except Refused as error:
        raise _wrong(str(error)) from error
    return found


def reachable(target: Target) -> list[str]:
    """Numbers of a host, every one of them checked; connect to these and to no other."""
    try:
        rows = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused(f"{target.host} is not known.") from error
    numbers = list(dict.fromkeys(str(row[4][0]) for row in rows))
    for number in numbers:
        _refuse(target, ip_address(number.partition("%")[0]))
    return numbers


def _refuse(target: Target, number: IPv4Address | IPv6Address) -> None:
    meant = _meant(number)
    if any(meant in network for network in settings.WEBHOOK_NETWORKS):
        return
    if not meant.is_global or meant.is_multicast or meant.is_reserved:
        raise Refused(f"{target.host} is an address inside a network; MYTHOS_WEBHOOK_NETWORKS can allow it.")
    if target.scheme != "https":
        raise Refused("Messages to other networks go over https only.")


def _meant(number: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(number, IPv4Address):
        return number
    if number in _NAT64:
        return IPv4Address(int(number) & 0xFFFFFFFF)
    teredo = number.teredo[1] if number.teredo else None
    return number.ipv4_mapped or number.sixtofour or teredo or number


def _wrong(why: str) -> Invalid:
    return Invalid("Messages cannot be sent to this address.", fields={"url": why})
