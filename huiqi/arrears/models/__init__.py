"""The rows of this app."""

from huiqi.arrears.models.claims import (
    PARTIES,
    Claim,
    ClaimQuerySet,
    ClaimState,
    ClosedAs,
    DebtorAnswer,
    Invoice,
    Known,
    Payment,
    PaymentPart,
    RatePer,
    Settlement,
)
from huiqi.arrears.models.ledger import LedgerUnit, LedgerUnitQuerySet, MonthReport, MonthRow, YearTarget

__all__ = [
    "PARTIES",
    "Claim",
    "ClaimQuerySet",
    "ClaimState",
    "ClosedAs",
    "DebtorAnswer",
    "Invoice",
    "Known",
    "LedgerUnit",
    "LedgerUnitQuerySet",
    "MonthReport",
    "MonthRow",
    "Payment",
    "PaymentPart",
    "RatePer",
    "Settlement",
    "YearTarget",
]
