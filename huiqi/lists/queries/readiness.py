"""What still stands in the way of a batch's next steps: asked by the pages beforehand, by the commands again."""

from datetime import date

from huiqi.core.dates import format_date_zh
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.lists.kinds import ListKind
from huiqi.lists.models import BatchState, Entry, EntryState, ListBatch, Objection, Secrecy
from huiqi.lists.queries.notices import notice_end, notice_is_over

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
