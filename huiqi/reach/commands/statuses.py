"""Taking an authority's status file: nothing twice, every line that is not taken listed with its remedy."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from django.db import IntegrityError, transaction

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.core import audit, clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.messages import gettext_noop
from huiqi.enterprises.models import Enterprise
from huiqi.lists.queries.matching import match
from huiqi.lists.tables import Line
from huiqi.reach.models import Journey, JourneyStep, Preparation, StatusFault, StatusFile
from huiqi.reach.status_rows import CODE, Control, Fault, Given, read_status
from huiqi.reach.status_rules import Said, Standing, StatusLine, contradiction, says_nothing_new
from huiqi.reach.steps import Outcome, Source, Step
from huiqi.webhooks.commands.sending import tell
from huiqi.webhooks.models import Event

PIECE = 500
_KIND = {
    Said.APPLIED: Step.APPLIED.value,
    Said.RETURNED: Outcome.RETURNED.value,
    Said.REFUSED: Outcome.REFUSED.value,
    Said.ACCEPTED: Outcome.ACCEPTED.value,
    Said.ARRIVED: Step.ARRIVED.value,
}


@dataclass(frozen=True)
class Cover:
    """The authority's letter: its number, how many lines, and the sum where amounts are kept."""

    document: str
    rows: int
    total_fen: int | None = None


def take_status(  # noqa: PLR0913  each is a part of what came
    row: Preparation, source: BinaryIO, cover: Cover, *, name: str, actor: User, today: date, at: datetime
) -> StatusFile:
    """Take a status file about the firms of a list's policy edition.

    Refused whole (TableRefused, `reach.taken_before`) or taken but for the lines listed as faults. The same
    line in another file says nothing new and counts once.
    """
    content = source.read()
    digest = hashlib.sha256(content).hexdigest()
    same = StatusFile.objects.filter(unit=row.unit, policy=row.policy, edition=row.edition, sha256=digest)
    if same.exists():
        raise Refused("reach.taken_before", _BEFORE)
    source.seek(0)
    reading = read_status(
        source, Control(cover.rows, cover.total_fen), keeps_amount=row.keeps_amount, today=today
    )
    firms, faults = _matched(reading.lines, actor, today)
    try:
        with transaction.atomic():
            return _apply(
                row,
                StatusFile(
                    policy=row.policy,
                    edition=row.edition,
                    unit=row.unit,
                    authority=row.authority,
                    document=cover.document,
                    file_name=name[:200],
                    sha256=digest,
                    rows=reading.rows,
                    actor=actor,
                    at=at,
                ),
                firms,
                [*reading.faults, *faults],
            )
    except IntegrityError:
        # Two people sent the same file at once; one of them was quicker.
        if same.exists():
            raise Refused("reach.taken_before", _BEFORE) from None
        raise


_BEFORE = gettext_noop("同一份文件已经上传过，不重复计算。")
_NOT_ON_LIST = gettext_noop("这家企业不在这项政策已移送的名单里。")
_ADD_IT = gettext_noop("名单之外认定的，请先补一份包含该企业的名单并移送，再上传这一行。")
_TWICE_SAME = gettext_noop("与第%(row)s行重复，只算一次。")
_TWICE = gettext_noop("同一企业有几行，内容不一致，都没有采用。")
_ONE_LINE = gettext_noop("请对方核实后每家企业只留一行。")
_UNKNOWN = gettext_noop("请核对代码；企业改过代码的，请先在企业档案登记变更。")


def _matched(lines: Sequence[Given], actor: User, today: date) -> tuple[dict[int, Given], list[Fault]]:
    """Each line with its firm; doubled lines and firms unknown here become faults."""
    among = Enterprise.objects.present().filter(scope_with(actor, Power.PREPARE_REACH, today).rows())
    given = [Line(one.row, "", one.code) for one in lines]
    faults: list[Fault] = []
    of_firm: dict[int, list[Given]] = defaultdict(list)
    for one, found in zip(lines, match(given, among), strict=True):
        if found.enterprise_id is None:
            faults.append(Fault(one.row, CODE, worded(found.problem)[:300], worded(_UNKNOWN)))
        else:
            of_firm[found.enterprise_id].append(one)
    firms = {}
    for pk, several in of_firm.items():
        first, *others = several
        if all(other.line == first.line for other in others):
            firms[pk] = first
            said = worded(_TWICE_SAME) % {"row": first.row}
            faults += [Fault(other.row, CODE, said, worded(_ONE_LINE)) for other in others]
        else:
            faults += [Fault(each.row, CODE, worded(_TWICE), worded(_ONE_LINE)) for each in several]
    return firms, faults


def _apply(row: Preparation, file: StatusFile, firms: Mapping[int, Given], faults: list[Fault]) -> StatusFile:
    file.save()
    keys, total = sorted(firms), 0
    for start in range(0, len(keys), PIECE):
        piece = keys[start : start + PIECE]
        total += _apply_piece(row, file, {pk: firms[pk] for pk in piece}, faults)
    file.refused = len(faults)
    file.total_fen = total if row.keeps_amount else None
    file.save(update_fields=["taken", "unchanged", "refused", "total_fen"])
    ordered = sorted(faults, key=lambda one: (one.row, one.column))
    StatusFault.objects.bulk_create(
        (
            StatusFault(
                status_file=file, row=one.row, column=one.column[:40], reason=one.reason, remedy=one.remedy
            )
            for one in ordered
        ),
        batch_size=PIECE,
    )
    audit.record(
        "reach_status.received",
        file,
        actor=file.actor,
        taken=file.taken,
        refused=file.refused,
        rows=file.rows,
    )
    tell(Event.STATUS_RECEIVED, file.public_id, at=clock.wall_now())
    return file


def _apply_piece(row: Preparation, file: StatusFile, firms: Mapping[int, Given], faults: list[Fault]) -> int:
    rows = Journey.objects.select_for_update(of=("self",)).filter(
        policy=row.policy, edition=row.edition, enterprise__in=list(firms)
    )
    journeys = {journey.enterprise_id: journey for journey in rows.order_by("pk")}
    changed, steps, total = [], [], 0
    for pk, given in firms.items():
        journey = journeys.get(pk)
        if journey is None:
            faults.append(Fault(given.row, CODE, worded(_NOT_ON_LIST), worded(_ADD_IT)))
            continue
        before = Standing(journey.dates, journey.arrived_source, journey.amount_fen, journey.reason_code)
        against = contradiction(before, given.line)
        if against is not None:
            faults.append(Fault(given.row, "", worded(against.reason)[:300], worded(against.remedy)[:300]))
        elif says_nothing_new(before, given.line):
            file.unchanged += 1
        else:
            _advance(journey, given.line)
            changed.append(journey)
            steps.append(_step(journey, given.line, file))
            total += given.line.amount_fen or 0
    file.taken += len(changed)
    Journey.objects.bulk_update(changed, _WRITTEN, batch_size=PIECE)
    JourneyStep.objects.bulk_create(steps, batch_size=PIECE)
    return total


_WRITTEN = [
    "step", "applied_on", "applied_source", "decided_on", "arrived_on", "arrived_source", "outcome",
    "reason_code", "amount_fen",
]  # fmt: skip


def _advance(journey: Journey, line: StatusLine) -> None:
    """Write the line into the row (unsaved). What the firm itself said gives way to the authority."""
    if journey.arrived_source != Source.AUTHORITY:
        journey.arrived_on, journey.arrived_source = None, ""
    journey.reason_code = line.reason_code
    if line.said in {Said.APPLIED, Said.RETURNED}:
        journey.applied_on = (
            line.on if journey.applied_on is None or line.said is Said.APPLIED else journey.applied_on
        )
        journey.applied_source = Source.AUTHORITY
        journey.outcome = Outcome.RETURNED if line.said is Said.RETURNED else ""
    elif line.said is Said.ARRIVED:
        journey.arrived_on, journey.arrived_source = line.on, Source.AUTHORITY
        journey.outcome, journey.amount_fen = Outcome.ACCEPTED, line.amount_fen
    else:
        journey.decided_on, journey.outcome = line.on, line.said.value
    journey.settle_step()


def _step(journey: Journey, line: StatusLine, file: StatusFile) -> JourneyStep:
    return JourneyStep(
        journey=journey,
        kind=_KIND[line.said],
        on=line.on,
        source=Source.AUTHORITY,
        by_id=file.authority_id,
        reason_code=line.reason_code,
        status_file=file,
        at=file.at,
    )
