"""Firms on a batch: proposing them, and each step of their way up the chain with its reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.core import audit
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.messages import Message, gettext_noop
from huiqi.enterprises.models import Enterprise
from huiqi.lists.chain import NEEDS_REASON, Act, Place, first_level, take
from huiqi.lists.commands.batches import extend_notice, locked_batch
from huiqi.lists.commands.telling import settle_turns, tell_next_offices
from huiqi.lists.criteria import Finding
from huiqi.lists.models import BatchState, Entry, ListBatch, Step
from huiqi.lists.queries.book import kind_called
from huiqi.lists.queries.entry_forms import answered_of
from huiqi.lists.queries.findings import columns_of, findings
from huiqi.lists.queries.offices import Desk, Ways, desk_for, desks_of

PIECE = 500
LONGEST_REASON = 500
Firm = tuple[int, str | None, int | None]


@dataclass
class Outcome:
    """What became of each thing asked for: entries done, and for the others the sentence why not."""

    done: list[Entry] = field(default_factory=list)
    refused: list[tuple[str, Message | str]] = field(default_factory=list)


# --- proposing ------------------------------------------------------------------------------------


@transaction.atomic
def propose_firms(  # noqa: PLR0913  each is a fact about the act
    batch: ListBatch,
    enterprise_ids: Iterable[int],
    *,
    door: str,
    actor: User,
    on: date,
    today: date,
    at: datetime,
    reason: str = "",
) -> Outcome:
    """Propose firms at the proposer's level; each gets its finding by the criteria.

    Firms outside the person's scope, or on the batch already, are named in the outcome and left out.
    Refused as a whole: the batch takes no proposals now (`lists.not_collecting`), the person has no office
    in the chain (`lists.not_your_level`), a notice runs and no reason is given (`lists.needs_reason`).
    Offices to which firms came in above the proposer's level are told.
    """
    row = locked_batch(batch)
    desks = desks_of(actor, Power.RECOMMEND_FOR_LISTS, today)
    if not desks:
        raise Refused("lists.not_your_level", gettext_noop("您的单位不在推荐层级里，不能推荐企业。"))
    _may_propose(row, desks)
    _refuse_unexplained(row, reason)
    wanted = sorted(set(enterprise_ids))
    outcome = Outcome()
    for start in range(0, len(wanted), PIECE):
        _propose_piece(row, wanted[start : start + PIECE], door, desks, (actor, on, at, reason), outcome)
    audit.record("list_entries.proposed", row, actor=actor, door=door, count=len(outcome.done))
    _tell_of_proposals(row, outcome.done, desks, actor, today, at)
    return outcome


def _refuse_unexplained(row: ListBatch, reason: str) -> None:
    """Whoever adds a firm while the others are on notice restarts the notice, and says why."""
    if row.state == BatchState.NOTICING and not reason.strip():
        added = gettext_noop("正在公示，补入企业会使公示期重新计算，请写明补入的理由。")
        raise Refused("lists.needs_reason", added)


def _tell_of_proposals(
    row: ListBatch, entries: Sequence[Entry], desks: Sequence[Desk], actor: User, today: date, at: datetime
) -> None:
    """Only those that came in at a level where the proposer has no desk are news to anybody."""
    own = {desk.level for desk in desks}
    if all(entry.level in own for entry in entries):
        return
    new = Entry.objects.filter(batch=row, created_at=at).exclude(level__in=own).order_by()
    places = new.values_list("level", "enterprise__prefecture", "enterprise__park_id").distinct()
    moved = [(level, (county, park)) for level, county, park in places]
    tell_next_offices(row, moved, actor=actor, today=today, at=at, is_back=False)


def _may_propose(row: ListBatch, desks: Sequence[Desk]) -> None:
    if row.is_import:
        raise Refused("lists.import_only", gettext_noop("这是其他部门的名单，请上传他们公布的名单。"))
    levels = {desk.level for desk in desks}
    late = row.state in (BatchState.REVIEWING, BatchState.NOTICING) and "province" in levels
    if row.state != BatchState.COLLECTING and not late:
        closed = gettext_noop("这一批名单现在是“%(state)s”，不再接收推荐。")
        raise Refused("lists.not_collecting", Message(closed, {"state": row.get_state_display()}))


def _propose_piece(
    row: ListBatch,
    wanted: Sequence[int],
    door: str,
    desks: Sequence[Desk],
    act: tuple[User, date, datetime, str],
    outcome: Outcome,
) -> None:
    actor, on, at, reason = act
    firms = Enterprise.objects.present().filter(pk__in=wanted).order_by("pk")
    known = {firm[0]: firm for firm in firms.values_list("pk", "prefecture", "park_id", "name")}
    there = set(
        Entry.objects.filter(batch=row, enterprise__in=known)
        .order_by("pk")
        .values_list("enterprise", flat=True)
    )
    ways, kind = Ways(), kind_called(row.kind)
    placed: dict[int, tuple[Desk, str]] = {}
    for pk in wanted:
        firm = known.get(pk)
        desk = _covering(desks, firm[1], firm[2]) if firm else None
        if firm is None or desk is None:
            outcome.refused.append(("", gettext_noop("不在您的管辖范围内，或企业不存在。")))
        elif pk in there:
            outcome.refused.append((firm[3], gettext_noop("已经在这一批里。")))
        else:
            placed[pk] = (desk, first_level(ways.of(kind.chain, firm[1], firm[2]), desk.level))
    found = findings(kind, list(placed), on)
    entries = [_entry(row, pk, door, level, found[pk], on, at) for pk, (_desk, level) in placed.items()]
    Entry.objects.bulk_create(entries)
    Step.objects.bulk_create(
        Step(
            entry=entry,
            number=1,
            act=Act.PROPOSE,
            state=entry.state,
            level=placed[entry.enterprise_id][0].level,
            unit=placed[entry.enterprise_id][0].unit,
            actor=actor,
            on_behalf=placed[entry.enterprise_id][0].absent,
            reason=reason,
            at=at,
        )
        for entry in entries
    )
    outcome.done += entries


def _covering(desks: Sequence[Desk], county: str | None, park_id: int | None) -> Desk | None:
    return next((desk for desk in desks if desk.scope.admits(county, park_id)), None)


def _entry(  # noqa: PLR0913  the columns of a row
    row: ListBatch, pk: int, door: str, level: str, finding: Finding, on: date, at: datetime
) -> Entry:
    columns = columns_of(finding, on)
    return Entry(
        batch=row,
        enterprise_id=pk,
        door=door,
        state="proposed",
        level=level,
        origin=level,
        created_at=at,
        **columns,
    )


# --- the chain ------------------------------------------------------------------------------------


@transaction.atomic
def act_on_entry(  # noqa: PLR0913  each is a fact about the act
    entry: Entry,
    act: Act,
    *,
    actor: User,
    on: date,
    today: date,
    at: datetime,
    reason: str = "",
    expected: int | None = None,
) -> Entry:
    """Recommend, return, accept, reject or reconsider one entry, for the office whose turn it is.

    Refused: `lists.not_your_level`, `lists.needs_reason`, `lists.cannot_…`; VersionConflict when somebody
    else acted since `expected` was shown. Accepting during a notice restarts it (see extend_notice). The
    office that has the next step is told.
    """
    outcome = _act(
        {entry.pk: expected}, act, (actor, on, today, at), reason, batch=entry.batch, strictly=True
    )
    return outcome.done[0]


@transaction.atomic
def act_on_entries(  # noqa: PLR0913  each is a fact about the act
    batch: ListBatch,
    versions: Mapping[int, int],
    act: Act,
    *,
    actor: User,
    on: date,
    today: date,
    at: datetime,
    reason: str = "",
) -> Outcome:
    """The same for many entries of a batch, by primary key with the version each was shown at.

    What cannot be done to one entry does not stop the others; the outcome names it.
    """
    return _act(versions, act, (actor, on, today, at), reason, batch=batch, strictly=False)


def _act(
    versions: Mapping[int, int | None],
    act: Act,
    when: tuple[User, date, date, datetime],
    reason: str,
    *,
    batch: ListBatch,
    strictly: bool,
) -> Outcome:
    actor, on, today, at = when
    row = locked_batch(batch)
    _refuse_without_reason(row, act, reason)
    desks, ways, kind = desks_of(actor, Power.RECOMMEND_FOR_LISTS, today), Ways(), kind_called(row.kind)
    rows = Entry.objects.select_for_update(of=("self",)).filter(batch=row, pk__in=versions)
    entries = list(rows.select_related("enterprise", "form_version").order_by("pk"))
    said = answered_of(entries, at)
    found = findings(kind, [entry.enterprise_id for entry in entries], on, answered=said)
    outcome = Outcome()
    for entry in entries:
        try:
            firm = entry.enterprise
            desk = office_at_turn(entry, desks)
            if versions[entry.pk] not in (None, entry.version):
                raise VersionConflict()
            way = ways.of(kind.chain, firm.prefecture, firm.park_id)
            place = take(act, Place(entry.state, entry.level, entry.origin), way, row.state)
        except Refused as refusal:
            if strictly:
                raise
            outcome.refused.append((entry.enterprise.name, refusal.said))
            continue
        at_level = entry.level
        _write(entry, place, columns_of(found[entry.enterprise_id], on))
        write_step(entry, act, at_level, desk, actor=actor, at=at, reason=reason)
        outcome.done.append(entry)
    settle_turns(row, desks, today=today, at=at)
    _follow_up(row, act, outcome.done, when)
    return outcome


def _refuse_without_reason(row: ListBatch, act: Act, reason: str) -> None:
    if act in NEEDS_REASON and not reason.strip():
        raise Refused("lists.needs_reason", _WHY[act])
    if act == Act.ACCEPT:
        _refuse_unexplained(row, reason)


def _follow_up(
    row: ListBatch, act: Act, done: Sequence[Entry], when: tuple[User, date, date, datetime]
) -> None:
    """What an act means beyond its entries: the notice runs anew, the next office is told, it is recorded."""
    actor, on, today, at = when
    if act == Act.ACCEPT and row.state == BatchState.NOTICING and done:
        extend_notice(row, on=on, actor=actor)
    audit.record("list_entries.acted", row, actor=actor, step=str(act), count=len(done))
    if act in (Act.RECOMMEND, Act.RETURN):
        places = [(one.level, (one.enterprise.prefecture, one.enterprise.park_id)) for one in done]
        tell_next_offices(row, places, actor=actor, today=today, at=at, is_back=act == Act.RETURN)


_WHY = {
    Act.RETURN: gettext_noop("退回要写明需要补正什么。"),
    Act.REJECT: gettext_noop("不列入要写明理由。"),
    Act.RECONSIDER: gettext_noop("重新审核要写明理由。"),
    Act.UPHOLD: gettext_noop("异议成立要写明理由。"),
    Act.DISMISS: gettext_noop("异议不成立要写明理由。"),
    Act.REMOVE: gettext_noop("移出名单要写明原因。"),
}


def office_at_turn(entry: Entry, desks: Sequence[Desk]) -> Desk:
    """The desk whose turn it is, of these. Refused: `lists.not_your_level`."""
    desk = desk_for(desks, entry.level, entry.enterprise.prefecture, entry.enterprise.park_id)
    if desk is None:
        elsewhere = gettext_noop("这家企业现在由%(level)s办理，轮到您单位时才能办。")
        raise Refused("lists.not_your_level", Message(elsewhere, {"level": entry.get_level_display()}))
    return desk


def _write(entry: Entry, place: Place, columns: Mapping[str, object]) -> None:
    entry.state, entry.level = place.state, place.level
    for name, value in columns.items():
        setattr(entry, name, value)
    entry.save_version(expected=entry.version, fields=["state", "level", *columns])


def write_step(  # noqa: PLR0913  the columns of a row
    entry: Entry,
    act: Act,
    level: str,
    desk: Desk | None,
    *,
    actor: User | None,
    at: datetime,
    reason: str = "",
) -> Step:
    """One line of the entry's history, numbered after the last. The entry is locked by the caller."""
    last = Step.objects.filter(entry=entry).aggregate(last=Max("number"))["last"] or 0
    return Step.objects.create(
        entry=entry,
        number=last + 1,
        act=act,
        state=entry.state,
        level=level,
        unit=desk.unit if desk else None,
        actor=actor,
        on_behalf=desk.absent if desk else None,
        reason=reason[:LONGEST_REASON],
        at=at,
    )
