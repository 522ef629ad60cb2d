"""What the list of firms offers elsewhere: the search of the whole site, and small counts on the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.slots import Hit
from huiqi.enterprises.commands.contacts import note_phone_search
from huiqi.enterprises.queries.register import Hits, Row, count_all, count_wanted, find, rows_of, seen_by
from huiqi.enterprises.wanted import Gap, Kind, Wanted, read_question
from huiqi.reference.queries import code_tables


@dataclass(frozen=True)
class Count:
    """One figure of the desk with the list behind it."""

    label: str
    hits: Hits
    url: str


def firms_found(request: HttpRequest, words: str, limit: int) -> Sequence[Hit]:
    """Firms this person may see by name, initials, code or telephone number.

    A number in an address is not looked up; one that was posted is, and the look-up is recorded.
    """
    user: User = request.user  # type: ignore[assignment]
    question = read_question(words)
    if question.kind is Kind.NOTHING or not may(user, Power.VIEW_REGISTER, clock.today()):
        return ()
    if question.kind is Kind.PHONE:
        if request.method != "POST":
            note = _("网址里的电话号码不查。请在搜索框里输入。")
            return (Hit(_("按电话查企业"), reverse("enterprises:register"), note),)
        note_phone_search(actor=user)
    hits = find(seen_by(user, clock.today()), Wanted(question), clock.today())
    return tuple(_hit(row) for row in rows_of(hits.ids[:limit], code_tables()))


def _hit(row: Row) -> Hit:
    parts = (row.firm.credit_code or "", row.county, row.industry)
    url = reverse("enterprises:firm", args=[row.firm.public_id])
    return Hit(row.firm.name, url, " · ".join(part for part in parts if part))


def register_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """How many firms one's area has and where figures are lacking; what no index counts stops at the list's
    cap."""
    user: User = request.user  # type: ignore[assignment]
    if not may(user, Power.CONFIRM_FACTS, clock.today()):
        return None
    firms, on, list_url = (
        seen_by(user, clock.today()),
        clock.today(),
        reverse("enterprises:register"),
    )
    asked = {
        "?gap=size": (_("划不出规模"), Wanted(gap=Gap.SIZE)),
        "?gap=expiring": (_("30天内有数据到期"), Wanted(gap=Gap.EXPIRING)),
    }
    found = count_wanted(firms, [wanted for _label, wanted in asked.values()], on)
    counts = [
        Count(label, hits, list_url + query)
        for (query, (label, _wanted)), hits in zip(asked.items(), found, strict=True)
    ]
    count, is_capped = count_all(firms)
    return {"counts": [Count(_("辖区内企业"), Hits((), count, is_capped=is_capped), list_url), *counts]}
