"""`huiqi grants verify`: payments, bookings and the audit trail agree to the fen, and every amount follows
again from what its judgement recorded. Reads only."""

from collections.abc import Iterator

from django.db.models import Count, Q, Sum

from huiqi.core.models import AuditRecord
from huiqi.grants.models import Application, Booking, Call, LineState, PaymentLine, PaymentList
from huiqi.grants.queries.judging import derive_again
from huiqi.grants.workflow import HOLDING


def faults() -> Iterator[str]:
    """A sentence for each thing that does not agree; none when all does."""
    yield from _held()
    yield from _booked()
    yield from _lists()
    yield from _audited()
    yield from _derived()


def totals() -> dict[str, int]:
    """Fen: paid by lines, by bookings, by audit records, paid back; and how many judgements were derived."""
    lines = PaymentLine.objects.filter(state=LineState.PAID).aggregate(fen=Sum("fen"))["fen"] or 0
    return {
        "paid_lines_fen": lines,
        "booked_fen": _sum(Booking.Kind.PAID),
        "audited_fen": sum(fen for kind, fen in _trail().values() if kind == Booking.Kind.PAID),
        "repaid_fen": _sum(Booking.Kind.REPAID),
        "judgements": Application.objects.filter(reserved__gt=0).count(),
    }


def _sum(kind: str) -> int:
    return Booking.objects.filter(kind=kind).aggregate(fen=Sum("fen"))["fen"] or 0


def _held() -> Iterator[str]:
    """What a call holds is the sum of what its applications hold, and only those hold that may."""
    held = Count("applications", filter=Q(applications__reserved__gt=0))
    calls = Call.objects.annotate(fen=Sum("applications__reserved"), firms=held).order_by("pk")
    names = ("public_id", "reserved", "reserved_count", "fen", "firms")
    for public_id, reserved, reserved_count, fen, firms in calls.values_list(*names):
        if (reserved, reserved_count) != (fen or 0, firms):
            said = f"占用{reserved}分{reserved_count}户，申报合计{fen or 0}分{firms}户"
            yield f"批次{public_id}：{said}"
    for row in Application.objects.filter(reserved__gt=0).exclude(state__in=HOLDING).order_by("pk"):
        yield f"申报{row.public_id}：状态{row.state}不应占用预算"


def _booked() -> Iterator[str]:
    """What each application says was paid and paid back is the sum of its bookings and of its lines."""
    paid = Sum("bookings__fen", filter=Q(bookings__kind="paid"))
    repaid = Sum("bookings__fen", filter=Q(bookings__kind="repaid"))
    rows = Application.objects.annotate(booked_in=paid, booked_out=repaid).order_by("pk")
    for public_id, *said_of in rows.values_list("public_id", "paid", "repaid", "booked_in", "booked_out"):
        says_in, says_out, booked_in, booked_out = (fen or 0 for fen in said_of)
        if (says_in, says_out) != (booked_in, booked_out):
            said = f"记为已拨付{says_in}分、退回{says_out}分，入账{booked_in}分、{booked_out}分"
            yield f"申报{public_id}：{said}"
    unmatched = PaymentLine.objects.annotate(
        fen_booked=Sum("bookings__fen", filter=Q(bookings__kind="paid"))
    ).order_by("pk")
    for line in unmatched:
        expected = line.fen if line.state == LineState.PAID else 0
        if (line.fen_booked or 0) != expected:
            yield f"拨付明细{line.public_id}：应入账{expected}分，入账{line.fen_booked or 0}分"


def _lists() -> Iterator[str]:
    """The control sum of each list is the sum of its lines."""
    for row in PaymentList.objects.annotate(fen=Sum("lines__fen"), many=Count("lines")).order_by("pk"):
        if (row.total, row.count) != (row.fen or 0, row.many):
            yield f"清单{row.public_id}：合计{row.total}分{row.count}笔，明细{row.fen or 0}分{row.many}笔"


def _trail() -> dict[str, tuple[str, int]]:
    """Kind and fen by booking, as the audit trail says."""
    rows = AuditRecord.objects.filter(act="grant.booked").order_by("pk")
    return {
        public_id: (said["kind"], said["fen"])
        for public_id, said in rows.values_list("subject_id", "details")
    }


def _audited() -> Iterator[str]:
    trail = _trail()
    known = set()
    for booking in Booking.objects.order_by("pk"):
        known.add(booking.public_id)
        if trail.get(booking.public_id) != (booking.kind, booking.fen):
            yield f"入账{booking.public_id}：审计记录里没有，或者金额不同"
    for public_id in sorted(set(trail) - known):
        yield f"审计记录里的入账{public_id}在账上没有"


def _derived() -> Iterator[str]:
    """Every amount held or paid follows again from the facts, the edition and the day it was judged by."""
    rows = Application.objects.filter(reserved__gt=0).select_related("judgement").order_by("pk")
    for row in rows:
        judgement = row.judgement
        if judgement is None:
            yield f"申报{row.public_id}：没有判定"
            continue
        edition, status, award = derive_again(judgement)
        if (edition, status) != (judgement.edition, judgement.status) or award != row.reserved:
            yield (
                f"申报{row.public_id}：记录的判定是{judgement.edition}、{judgement.status}、{row.reserved}分，"
                f"重新推算是{edition}、{status}、{award}分"
            )
