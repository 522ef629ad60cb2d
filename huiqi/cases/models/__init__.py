"""Rows of cases."""

from huiqi.cases.green_channel import PermitState
from huiqi.cases.models.approvals import Approval, ApprovalKind, ApprovalState
from huiqi.cases.models.callbacks import CallBack
from huiqi.cases.models.case import Case, CaseQuerySet, Consent
from huiqi.cases.models.clocks import CalendarUsed, Clock, ClockMove, ClockPause, MoveReason
from huiqi.cases.models.consultations import Consultation, Countersign
from huiqi.cases.models.drafts import Draft
from huiqi.cases.models.events import Event
from huiqi.cases.models.figure_blocks import CASES_PER_BLOCK, FigureBlock, FigureChange
from huiqi.cases.models.imports import RequestColumns, RequestFault, RequestImport
from huiqi.cases.models.items import EditionState, ItemEdition, ItemNote
from huiqi.cases.models.knots import Knot
from huiqi.cases.models.orders import OPEN_ORDERS, Order, OrderMode, OrderPart, OrderState
from huiqi.cases.models.packs import OfflinePack, PackCase, PackLine, PackMerge, PackSheet
from huiqi.cases.models.permits import PassCheck, Permit
from huiqi.cases.models.ranking import RankingRelease
from huiqi.cases.models.sheets import CaseSheet, SheetKind
from huiqi.cases.models.suggestions import Suggested, Suggestion
from huiqi.cases.models.supervision import Supervision

__all__ = [
    "CASES_PER_BLOCK",
    "OPEN_ORDERS",
    "Approval",
    "ApprovalKind",
    "ApprovalState",
    "CalendarUsed",
    "CallBack",
    "Case",
    "CaseQuerySet",
    "CaseSheet",
    "Clock",
    "ClockMove",
    "ClockPause",
    "Consent",
    "Consultation",
    "Countersign",
    "Draft",
    "EditionState",
    "Event",
    "FigureBlock",
    "FigureChange",
    "ItemEdition",
    "ItemNote",
    "Knot",
    "MoveReason",
    "OfflinePack",
    "Order",
    "OrderMode",
    "OrderPart",
    "OrderState",
    "PackCase",
    "PackLine",
    "PackMerge",
    "PackSheet",
    "PassCheck",
    "Permit",
    "PermitState",
    "RankingRelease",
    "RequestColumns",
    "RequestFault",
    "RequestImport",
    "SheetKind",
    "Suggested",
    "Suggestion",
    "Supervision",
]
