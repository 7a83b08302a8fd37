"""Getting a package from an address: https only, a limit on size, and never a machine of one's own network."""

from __future__ import annotations

import http.client
from urllib.parse import urljoin

from django.conf import settings

from mythos.addresses import Refused, Target, connect, reachable, target_of
from mythos.errors import Invalid, ProviderFailed
from mythos.formats.bundle import MOST_BYTES

SECONDS = 30.0
MOST_REDIRECTS = 3
_CHUNK = 65536


def is_url(text: str) -> bool:
    """Whether this is an address and not a path."""
    return "://" in text


def fetch(url: str) -> bytes:
    """The bytes at an address; Invalid for an address one may not ask, ProviderFailed when nothing comes."""
    for _ in range(MOST_REDIRECTS + 1):
        target = target_of(url, settings.PRIVATE_NETWORKS)
        found = _ask(target)
        if isinstance(found, bytes):
            return found
        url = urljoin(url, found)
    raise ProviderFailed(f"{target.host} redirects more than {MOST_REDIRECTS} times.")


def _ask(target: Target) -> bytes | str:
    """The body, or where it is instead; the connection goes to a checked number and no other."""
    line = http.client.HTTPConnection(target.host, target.port, timeout=SECONDS)
    try:
        line.sock = connect(target, reachable(target, settings.PRIVATE_NETWORKS), seconds=SECONDS)
        line.request("GET", target.path, headers={"User-Agent": "mythos", "Accept-Encoding": "identity"})
        answer = line.getresponse()
        if answer.status in (301, 302, 303, 307, 308):
            return answer.headers.get("Location", "")
        if answer.status != 200:
            raise ProviderFailed(f"{target.host} answered {answer.status}.")
        return _body(answer, target.host)
    except Refused as error:
        raise Invalid(str(error), fields={"source": "Not an address this server may reach."}) from error
    except (OSError, http.client.HTTPException) as error:
        raise ProviderFailed(f"{target.host} did not answer: {type(error).__name__}.") from error
    finally:
        line.close()


def _body(answer: http.client.HTTPResponse, host: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := answer.read(_CHUNK):
        size += len(chunk)
        if size > MOST_BYTES:
            raise Invalid(f"What {host} sends is larger than {MOST_BYTES:,} bytes.", fields={"source": "Too large."})
        parts.append(chunk)
    return b"".join(parts)
