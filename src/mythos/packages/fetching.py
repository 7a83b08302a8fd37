"""Getting a package from an address: https only, a limit on size, and never a machine of one's own network."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings

from mythos.errors import Invalid, ProviderFailed
from mythos.formats.bundle import MOST_BYTES

SECONDS = 30
MOST_REDIRECTS = 3
_CHUNK = 65536


def is_url(text: str) -> bool:
    """Whether this is an address and not a path."""
    return "://" in text


def fetch(url: str) -> bytes:
    """The bytes at an address; Invalid for an address one may not ask, ProviderFailed when nothing comes."""
    for _ in range(MOST_REDIRECTS + 1):
        parts = urlsplit(url)
        ip = _allowed(parts)
        found = _ask(parts, ip)
        if isinstance(found, bytes):
            return found
        url = urljoin(url, found)
    raise ProviderFailed(f"{parts.hostname} redirects more than {MOST_REDIRECTS} times.")


def _allowed(parts: SplitResult) -> str:
    """The one address that will be asked, looked up once and checked."""
    private_too = bool(settings.FETCH_PRIVATE)
    if parts.scheme != "https" and not (private_too and parts.scheme == "http"):
        raise Invalid("Packages are fetched over https only.", fields={"source": "An https address."})
    if not parts.hostname or parts.username or parts.password:
        raise Invalid("The address is not well formed.", fields={"source": "A host, without a name or password."})
    try:
        found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except OSError as error:
        raise ProviderFailed(f"{parts.hostname} cannot be found.") from error
    addresses = [str(row[4][0]) for row in found]
    if not private_too and not all(ipaddress.ip_address(address).is_global for address in addresses):
        raise Invalid(
            f"{parts.hostname} is a private address.",
            hint="Set MYTHOS_FETCH_PRIVATE=1 to fetch packages from your own network.",
            fields={"source": "Not an address of the public network."},
        )
    return addresses[0]


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise Invalid("The address is not well formed.", fields={"source": "The port is not a number."}) from error


def _ask(parts: SplitResult, ip: str) -> bytes | str:
    """The body, or where it is instead; the connection goes to the checked address and no other."""
    host, port = str(parts.hostname), _port(parts)
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    try:
        raw = socket.create_connection((ip, port), timeout=SECONDS)
        secure = parts.scheme == "https"
        connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=host) if secure else raw
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={"User-Agent": "mythos", "Accept-Encoding": "identity"})
        answer = connection.getresponse()
        if answer.status in (301, 302, 303, 307, 308):
            return answer.headers.get("Location", "")
        if answer.status != 200:
            raise ProviderFailed(f"{host} answered {answer.status}.")
        return _body(answer, host)
    except (OSError, http.client.HTTPException) as error:
        raise ProviderFailed(f"{host} did not answer: {type(error).__name__}.") from error
    finally:
        connection.close()


def _body(answer: http.client.HTTPResponse, host: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := answer.read(_CHUNK):
        size += len(chunk)
        if size > MOST_BYTES:
            raise Invalid(f"What {host} sends is larger than {MOST_BYTES:,} bytes.", fields={"source": "Too large."})
        parts.append(chunk)
    return b"".join(parts)
