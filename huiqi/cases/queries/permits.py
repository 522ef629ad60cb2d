"""The green channel of a case: its permits, the checks of its pass, who may enter them."""

from huiqi.accounts.powers import Power
from huiqi.cases.models import Case, PassCheck, Permit
from huiqi.cases.queries.page import Reader

_KINDS = ("green_channel", "licence")


def has_permits(case: Case) -> bool:
    """Whether the matter is one in which several authorities decide: green channel, licences."""
    return case.edition.definition.kind in _KINDS


def may_record_permits(case: Case, reader: Reader) -> bool:
    """Who has the case on the desk or handles it, while it is open; who only reads may not."""
    return case.is_open and (Power.DISPATCH_CASES in reader.desk or reader.open_order is not None)


def permits_of(case: Case) -> tuple[list[Permit], list[PassCheck]]:
    """Its permits as they were entered, and the checks of the pass, the newest first; two queries."""
    checks = case.pass_checks.select_related("checked_by").order_by("-checked_at", "-pk")
    return list(case.permits.order_by("pk")), list(checks)
