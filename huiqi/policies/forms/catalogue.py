"""The catalogue's filters as they stand in an address. Values nobody knows are left out, never an error."""

from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from huiqi.core.dates import readable
from huiqi.policies.queries.catalogue import FACETS, SORTS, Filters

LONGEST_QUERY = 100


def read_filters(query: QueryDict) -> Filters:
    """The filters of an address; unknown values and control characters are dropped, long text is cut."""
    q = "".join(char if char.isprintable() else " " for char in query.get("q", "")[:LONGEST_QUERY]).strip()
    chosen = {
        name: tuple(code for code in kind.labels if code in query.getlist(name))
        for name, kind in FACETS.items()
    }
    sort = query.get("sort", "")
    return Filters(q, {name: codes for name, codes in chosen.items() if codes}, sort if sort in SORTS else "")


def pairs(filters: Filters, on: date | None) -> list[tuple[str, str]]:
    """The filters as (name, value) of an address; `on` only when the reader chose a day."""
    listed = [("q", filters.q)] if filters.q else []
    listed += [(name, code) for name, codes in filters.chosen.items() for code in codes]
    listed += [("sort", filters.sort)] if filters.sort else []
    return listed + ([("on", on.isoformat())] if on else [])


def address(filters: Filters, on: date | None) -> str:
    """The query string with these filters, `?…`."""
    return "?" + urlencode(pairs(filters, on))


def chips(filters: Filters, on: date | None) -> list[tuple[str, str]]:
    """Each filter in force in words, with the address that drops it."""
    everything = pairs(filters, on)
    found = []
    for pair in everything:
        if pair[0] != "sort":
            rest = [other for other in everything if other != pair]
            found.append((_chip_words(*pair), "?" + urlencode(rest)))
    return found


def _chip_words(name: str, value: str) -> str:
    if name == "q":
        return _("搜索：%(q)s") % {"q": readable(value)}
    if name == "on":
        return _("按%(on)s") % {"on": value}
    return str(FACETS[name].labels[value])
