"""Terms in working days asked for by people and programs: readable input in, a Due out. Pure."""

import re
import unicodedata
from datetime import date

from huiqi.core.dates import parse_date, readable
from huiqi.core.errors import Refused
from huiqi.reference.code_rows import known_region
from huiqi.reference.working_days import MOST_DAYS, Basis, Calendar, Due, due

_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")
# No term is that long; the digits are not counted further (int() refuses thousands of them).
_MOST_DIGITS = 12


def parse_days(text: str) -> int:
    """The number of days a person wrote (full-width digits too).

    Refused: `reference.bad_days` (not a whole number), `reference.days_range` (far beyond 0 to 3650).
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not _WHOLE_NUMBER.fullmatch(plain):
        raise Refused("reference.bad_days", f"工作日数应为整数，如 5；您填的是“{readable(text)}”。")
    sign, digits = plain[0] == "-", plain.lstrip("+-").lstrip("0") or "0"
    if len(digits) > _MOST_DIGITS:
        raise Refused("reference.days_range", f"工作日数应在0至{MOST_DAYS}之间，您填的是{readable(plain)}。")
    return -int(digits) if sign else int(digits)


def parse_calendar(text: str) -> Calendar:
    """office or enterprise, or Refused `reference.unknown_calendar`."""
    try:
        return Calendar(text)
    except ValueError:
        raise Refused(
            "reference.unknown_calendar",
            f"没有“{readable(text)}”这种日历。请用 office（机关）或 enterprise（企业）。",
        ) from None


def parse_region(text: str) -> str:
    """A six-digit division code of the country, or "" for the national calendar.

    Refused `reference.unknown_region` when no division has or had that code.
    """
    code = unicodedata.normalize("NFKC", text[:20]).strip()
    if len(text) > 20 or (code and not known_region(code)):
        raise Refused(
            "reference.unknown_region",
            f"没有代码为“{readable(text)}”的行政区划。请填六位代码，如湖南省 430000、长沙市 430100。",
        )
    return code


def term(
    received: str, days: str, *, known_on: str | date, calendar: str = "office", region: str = ""
) -> Due:
    """The Due of a term described in text, as commands and the API receive it; Refused says what is wrong."""
    known = known_on if isinstance(known_on, date) else parse_date(known_on)
    basis = Basis(known, parse_calendar(calendar), parse_region(region))
    return due(parse_date(received), parse_days(days), basis)
