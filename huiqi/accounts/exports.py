"""Tables to take away. Writing files lies above this app; config/wiring.py hands the writer down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.http import HttpRequest, HttpResponseBase

from huiqi.accounts.models import User

Rows = Iterable[Sequence[object]]


class Download(Protocol):
    """Makes a response with the table; `kind` is xlsx or csv."""

    def __call__(
        self, name: str, headers: Sequence[str], rows: Rows, *, kind: str, watermark: "Watermark"
    ) -> HttpResponseBase: ...


@dataclass(frozen=True)
class Watermark:
    """Whose export it was and for what: the first line of the file."""

    who: str
    unit: str
    purpose: str
    rows: int


@dataclass
class Exports:
    """The writer this site uses."""

    download: Download | None = None


EXPORTS = Exports()


def download(
    request: HttpRequest, name: str, headers: Sequence[str], rows: Rows, *, count: int, purpose: str
) -> HttpResponseBase:
    """The table as .xlsx or .csv."""
    if EXPORTS.download is None:
        raise RuntimeError("config.wiring has not said how tables are written")
    user: User = request.user  # type: ignore[assignment]
    mark = Watermark(user.name, user.unit.name if user.unit else "", purpose, count)
    return EXPORTS.download(name, headers, rows, kind=kind_of(request), watermark=mark)


def kind_of(request: HttpRequest) -> str:
    """`csv` when the button says `kind=csv`, else `xlsx`."""
    return "csv" if request.POST.get("kind") == "csv" else "xlsx"
