"""The line outside: an https request to a public address, checked when it is typed and again when it is used.

Whoever may register an address could else make this server ask machines of its own network (SSRF). The name
is looked up once and the connection goes to what was looked up, so that it cannot answer differently in
between; redirects are not followed.
"""

import hmac
import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop

SECONDS = 10
_PORTS = 65535


@dataclass(frozen=True)
class Letter:
    """What is sent: the body and the headers that tell and sign it."""

    body: bytes
    headers: dict[str, str]


def signature(secret: str, body: bytes, at: datetime) -> str:
    """`t=<seconds>,v1=<HMAC-SHA256 of "t.body" in hexadecimal>`: an old letter cannot be sent anew."""
    seconds = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def read_address(text: str) -> SplitResult:
    """A written https address with a host and without a name or password in it, or Refused."""
    try:
        found = urlsplit(text.strip())
        port = found.port or 443
    except ValueError:
        raise _refused() from None
    is_plain = found.username is None and found.password is None and not found.fragment
    is_ascii = text.isascii() and text.isprintable() and " " not in text.strip()
    if found.scheme != "https" or not found.hostname or not is_plain or not is_ascii or port > _PORTS:
        raise _refused()
    return found


def _refused() -> Refused:
    return Refused("webhooks.address", gettext_noop("请填写 https:// 开头的完整地址，不带账号密码。"))


def looked_up(address: SplitResult) -> str:
    """The one IP to connect to. Refused `webhooks.private` when any answer lies in a private or reserved
    range, unless HUIQI_WEBHOOKS_TO_PRIVATE allows it; OSError when the name is not known."""
    answers = socket.getaddrinfo(address.hostname, address.port or 443, type=socket.SOCK_STREAM)
    found = [str(answer[4][0]).split("%")[0] for answer in answers]
    if not settings.HUIQI_WEBHOOKS_TO_PRIVATE and not all(_is_public(one) for one in found):
        raise Refused("webhooks.private", gettext_noop("这个地址在内部网络，不能推送。"))
    return found[0]


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text)
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    return bool(inner.is_global and not inner.is_multicast and address.is_global)


class _Pinned(http.client.HTTPSConnection):
    """Speaks to a given IP in the name of a host."""

    def __init__(self, host: str, port: int, ip: str) -> None:
        self.tls = ssl.create_default_context()
        super().__init__(host, port, timeout=SECONDS, context=self.tls)
        self.ip = ip

    def connect(self) -> None:
        """TLS with the host's name, over the IP that was looked up and checked."""
        plain = socket.create_connection((self.ip, self.port), SECONDS)
        self.sock = self.tls.wrap_socket(plain, server_hostname=self.host)


def post(address: str, letter: Letter) -> int:
    """Send; the status of the answer. OSError, HTTPException or Refused when it did not arrive."""
    found = read_address(address)
    line = _Pinned(found.hostname or "", found.port or 443, looked_up(found))
    path = (found.path or "/") + (f"?{found.query}" if found.query else "")
    try:
        line.request("POST", path, letter.body, letter.headers)
        return line.getresponse().status
    finally:
        line.close()
