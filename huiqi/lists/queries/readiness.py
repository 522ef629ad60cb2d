"""What stands in the way of a batch's next steps: asked by the pages beforehand, by the commands again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from huiqi.core.dates import format_date_zh
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.lists.kinds import ListKind
from huiqi.lists.models import BatchState, Entry, EntryState, ListBatch, Objection, Secrecy
from huiqi.lists.queries.notices import extended_end, notice_end, notice_is_over
from huiqi.lists.queries.offices import Desk

UNDECIDED = (EntryState.PROPOSED, EntryState.RETURNED, EntryState.RECOMMENDED)


def notice_obstacles(row: ListBatch, kind: ListKind) -> list[Refused]:
    """Why the batch cannot go on public notice yet, its state aside; the first is the reason to give."""
    found: list[Refused] = []
    if kind.notice is None or row.secrecy != Secrecy.PUBLIC:
        found.append(Refused("lists.no_notice", gettext_noop("这种名单不公示，审核完毕后可以直接发布。")))
    count = Entry.objects.filter(batch=row, state__in=UNDECIDED).count()
    if count:
        waiting = gettext_noop("还有%(count)s家没有办完，请先同意、退回或不列入，再公示。")
        found.append(Refused("lists.undecided", Message(waiting, {"count": count})))
    if not Entry.objects.filter(batch=row, state=EntryState.ACCEPTED).exists():
        found.append(Refused("lists.nothing_accepted", gettext_noop("还没有拟列入的企业，不能公示。")))
    return found


def publication_obstacles(row: ListBatch, kind: ListKind, on: date) -> list[Refused]:
    """Why the batch cannot be published yet; what the form itself asks for (document number) is not here."""
    found = [] if row.is_import else _unfinished(row, kind, on)
    if not Entry.objects.filter(batch=row, state=EntryState.ACCEPTED).exists():
        found.append(Refused("lists.nothing_accepted", gettext_noop("没有拟列入的企业，不能发布。")))
    return found


def _unfinished(row: ListBatch, kind: ListKind, on: date) -> list[Refused]:
    found: list[Refused] = []
    if row.state == BatchState.COLLECTING:
        found.append(Refused("lists.not_reviewed", gettext_noop("还在征集，请先结束征集、完成审核。")))
    elif kind.notice is not None and row.state != BatchState.NOTICING:
        found.append(Refused("lists.not_noticed", gettext_noop("这种名单要先公示，请先发起公示。")))
    end = notice_end(row, on)
    if row.state == BatchState.NOTICING and not notice_is_over(row, on):
        running = gettext_noop("公示到%(day)s才结束，期满后才能发布。")
        day = format_date_zh(end) if end else "—"
        found.append(Refused("lists.notice_running", Message(running, {"day": day})))
    count = Objection.objects.filter(batch=row, state=Objection.State.OPEN).count()
    if count:
        waiting = gettext_noop("还有%(count)s条异议没有处理，处理完才能发布。")
        found.append(Refused("lists.open_objections", Message(waiting, {"count": count})))
    return found


def extension(row: ListBatch, on: date) -> date | None:
    """The day to which accepting a firm on `on` would lengthen the running notice; None when it would not."""
    end = notice_end(row, on)
    if row.state != BatchState.NOTICING or end is None:
        return None
    later = extended_end(row, on)
    return later if later > end else None


def can_propose(row: ListBatch, desks: Sequence[Desk]) -> bool:
    """Whether the batch takes proposals from one of these desks now; after collecting only the province's."""
    if row.is_import or not desks:
        return False
    late = row.state in (BatchState.REVIEWING, BatchState.NOTICING)
    return row.state == BatchState.COLLECTING or (late and any(desk.level == "province" for desk in desks))


@dataclass(frozen=True)
class Steps:
    """What a person can do to a batch now, and for what they could do later the reasons why not now."""

    can_propose: bool
    is_publisher: bool
    can_notice: bool
    can_publish: bool
    extended_to: date | None
    not_now: tuple[tuple[str, tuple[Message | str, ...]], ...]


NOTICE, PUBLISH, PROPOSE = gettext_noop("发起公示"), gettext_noop("发布"), gettext_noop("推荐企业")


def steps_of(row: ListBatch, kind: ListKind, desks: Sequence[Desk], *, is_publisher: bool, on: date) -> Steps:
    """The steps of a batch for a person with these desks."""
    later: list[tuple[str, tuple[Message | str, ...]]] = []
    proposes = can_propose(row, desks)
    if desks and not proposes and row.state in _NO_PROPOSALS and not row.is_import:
        later.append((PROPOSE, (_NO_PROPOSALS[row.state],)))
    can_notice = can_publish = False
    if is_publisher and row.state == BatchState.REVIEWING and kind.notice is not None:
        found = notice_obstacles(row, kind)
        can_notice = not found
        later += [(NOTICE, tuple(one.said for one in found))] if found else []
    if is_publisher and row.state in _BEFORE_PUBLICATION:
        found = publication_obstacles(row, kind, on)
        can_publish = not found
        later += [(PUBLISH, tuple(one.said for one in found))] if found else []
    return Steps(proposes, is_publisher, can_notice, can_publish, extension(row, on), tuple(later))


_NO_PROPOSALS: dict[str, str] = {
    BatchState.DRAFTING: gettext_noop("还没有开始征集，省级承办单位开始征集后会通知您。"),
    BatchState.REVIEWING: gettext_noop("征集已经结束，漏报的请联系省级承办单位补入。"),
    BatchState.NOTICING: gettext_noop("正在公示，漏报的请联系省级承办单位补入。"),
}
_BEFORE_PUBLICATION = (BatchState.COLLECTING, BatchState.REVIEWING, BatchState.NOTICING)
