"""Looking for malware: the port, clamd behind a local socket, and what we can tell without it."""

import ipaddress
import socket
import struct
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO, Protocol

import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

log = structlog.get_logger("huiqi.files")
PIECE = 1 << 16
SECONDS = 30.0
# The test signature every scanner knows (eicar.org), in two halves so that no scanner objects to this file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Verdict(Enum):
    """What a scanner says; UNSCANNED when it could not look or cannot know."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"


@dataclass(frozen=True)
class ScanResult:
    """The verdict, and the name of what was found."""

    verdict: Verdict
    found: str = ""


class Scanner(Protocol):
    """Looks through a file from its beginning."""

    can_clear: bool
    """Whether this scanner ever says CLEAN."""

    def scan(self, file: BinaryIO) -> ScanResult: ...


class SignatureScanner:
    """Knows the test signature alone. It never says CLEAN: nobody has looked."""

    can_clear = False

    def scan(self, file: BinaryIO) -> ScanResult:
        """INFECTED for the test signature anywhere in the bytes, else UNSCANNED."""
        file.seek(0)
        tail = b""
        while piece := file.read(PIECE):
            if EICAR in tail + piece:
                return ScanResult(Verdict.INFECTED, "EICAR")
            tail = piece[-len(EICAR) :]
        return ScanResult(Verdict.UNSCANNED)


class ClamdScanner:
    """clamd by its INSTREAM command, on this machine only: uploads do not travel over a network in clear."""

    can_clear = True

    def __init__(self, address: str) -> None:
        """`/run/clamav/clamd.ctl` or `127.0.0.1:3310`; ImproperlyConfigured for any other machine."""
        self._address = address
        if not address.startswith("/"):
            host, _, port = address.rpartition(":")
            if not port.isdigit() or not _is_here(host):
                raise ImproperlyConfigured("HUIQI_CLAMD is a socket path or a loopback address with a port")

    def scan(self, file: BinaryIO) -> ScanResult:
        """clamd's answer; UNSCANNED when it cannot be reached or will not look."""
        try:
            return _result(self._ask(file))
        except OSError as error:
            log.error("clamd not reached", fault=type(error).__name__)
            return ScanResult(Verdict.UNSCANNED)

    def _ask(self, file: BinaryIO) -> str:
        file.seek(0)
        with self._connected() as connection:
            connection.sendall(b"zINSTREAM\0")
            while piece := file.read(PIECE):
                connection.sendall(struct.pack(">I", len(piece)) + piece)
            connection.sendall(struct.pack(">I", 0))
            answer = b""
            while not answer.endswith(b"\0") and (piece := connection.recv(1024)):
                answer += piece
        return answer.rstrip(b"\0").decode("utf-8", "replace").strip()

    def _connected(self) -> socket.socket:
        if self._address.startswith("/"):
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(SECONDS)
            try:
                connection.connect(self._address)
            except OSError:
                connection.close()
                raise
            return connection
        host, _, port = self._address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _result(answer: str) -> ScanResult:
    if answer.endswith("FOUND"):
        return ScanResult(Verdict.INFECTED, answer.removeprefix("stream:").removesuffix("FOUND").strip()[:60])
    if answer == "stream: OK":
        return ScanResult(Verdict.CLEAN)
    log.error("clamd would not look", answer=answer[:80])
    return ScanResult(Verdict.UNSCANNED)


def scanner_in_use() -> Scanner:
    """clamd when the setting names it, else what we can tell ourselves."""
    address = settings.HUIQI_CLAMD
    return ClamdScanner(address) if address else SignatureScanner()
