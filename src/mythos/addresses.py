"""Which addresses this server may reach: public ones over https, and the networks its operator has named."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from mythos.errors import Invalid

PORTS = {"https": 443, "http": 80}
CONNECT_SECONDS = 5.0
Networks = Sequence[IPv4Network | IPv6Network]
_NAT64 = IPv6Network("64:ff9b::/96")


class Refused(Exception):
    """That address may not be asked; the message says why."""


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


def target_of(url: str, networks: Networks = ()) -> Target:
    """The parts of an address, or Invalid; whether its host may be reached is looked up when it is asked."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _wrong("This is not an address.") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise _wrong("An address such as https://example.org/hooks.")
    if parts.username or parts.password:
        raise _wrong("Names and passwords do not belong into an address.")
    if parts.fragment or any(ord(letter) <= 32 or ord(letter) > 126 for letter in url):
        raise _wrong("Plain letters only, without spaces and without a # part.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    found = Target(parts.scheme, parts.hostname, port or PORTS[parts.scheme], path)
    try:
        literal = ip_address(found.host)
    except ValueError:
        return found
    try:
        _refuse(found, literal, networks)
    except Refused as error:
        raise _wrong(str(error)) from error
    return found


def reachable(target: Target, networks: Networks = ()) -> list[str]:
    """Numbers of a host, every one of them checked; connect to these and to no other."""
    try:
        rows = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused(f"{target.host} is not known.") from error
    numbers = list(dict.fromkeys(str(row[4][0]) for row in rows))
    for number in numbers:
        _refuse(target, ip_address(number.partition("%")[0]), networks)
    return numbers


def connect(target: Target, numbers: Sequence[str], *, seconds: float) -> socket.socket:
    """A connection to the first number that takes one; the name is used for the certificate alone."""
    trouble: OSError = OSError("no address")
    for number in numbers:
        try:
            plain = socket.create_connection((number, target.port), timeout=CONNECT_SECONDS)
        except OSError as error:
            trouble = error
            continue
        plain.settimeout(seconds)
        if target.scheme == "http":
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
    raise trouble


def _refuse(target: Target, number: IPv4Address | IPv6Address, networks: Networks) -> None:
    meant = _meant(number)
    if any(meant in network for network in networks):
        return
    if not meant.is_global or meant.is_multicast or meant.is_reserved:
        raise Refused(f"{target.host} is an address inside a network; MYTHOS_PRIVATE_NETWORKS can allow it.")
    if target.scheme != "https":
        raise Refused("Other networks are reached over https only.")


def _meant(number: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(number, IPv4Address):
        return number
    if number in _NAT64:
        return IPv4Address(int(number) & 0xFFFFFFFF)
    teredo = number.teredo[1] if number.teredo else None
    return number.ipv4_mapped or number.sixtofour or teredo or number


def _wrong(why: str) -> Invalid:
    return Invalid("This address cannot be used.", fields={"url": why})
