"""What a list rests on and what it lacks, in words."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from huiqi.core.language import listed
from huiqi.policies.queries.fact_words import fact_label
from huiqi.reference.judging import rulebook
from huiqi.reference.queries import code_tables

MOST_NAMED = 6


def assurance_words(assurance: str) -> str:
    """On what a verdict rests."""
    words = {"listed": _("以名单为准"), "confirmed": _("已核实的情况"), "claimed": _("企业自报")}
    return words.get(assurance, "")


def missing_words(facts: Iterable[str]) -> str:
    """The names of missing facts, the first few of many."""
    known = rulebook().catalogue.facts
    names = [fact_label(known[name]) for name in facts if name in known]
    more = _("等%(count)s项") % {"count": len(names)} if len(names) > MOST_NAMED else ""
    return f"{listed(names[:MOST_NAMED])}{more}"


def place_namer() -> Callable[[str | None], str]:
    """Names of places by their code; asks the database once, however many names a page needs."""
    known = code_tables().divisions

    def name(code: str | None) -> str:
        found = known.get((code or "").ljust(6, "0")) if code else None
        return found.full_name if found is not None else ""

    return name
