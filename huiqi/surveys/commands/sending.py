"""Asking firms: messages in batches, each firm at most once a day; codes on a list for who rings or visits.

A batch is done in pieces. A piece queues its messages, notes the invitations and moves the run on in one
transaction, so that a run killed in the middle goes on behind its last piece and sends nothing twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.jobs import Progress, start_job
from huiqi.core.messages import Message, gettext_noop
from huiqi.messages.commands.bulk import queue_messages
from huiqi.messages.models import Delivery
from huiqi.surveys.codes import new_code, spoken
from huiqi.surveys.models import (
    OPEN_OUTCOMES,
    Audience,
    Invitation,
    InvitationCode,
    Outcome,
    SendRun,
    Skipped,
    Wave,
)
from huiqi.surveys.moments import Moment
from huiqi.surveys.queries.asking import (
    asked_this_month,
    cell_filter,
    due_for_reminder,
    forms_a_month,
    mobiles_of,
    reached_by,
    sent_from,
)
from huiqi.surveys.queries.invitations import code_digest
from huiqi.surveys.wording import invitation_text

SEND = "surveys.send_messages"
PURPOSE = "survey"
PIECE = 200
MOST_ON_A_LIST = 5_000
Cells = Sequence[Sequence[str]]


@transaction.atomic
def start_run(
    wave: Wave, kind: str, *, cells: Cells, origin: str, actor: User | None, moment: Moment
) -> SendRun:
    """Begin a round of messages; a job sends them. `cells` as in `queries.asking.cell_filter`.

    Refused: `surveys.not_open` unless the wave takes answers, `surveys.running` while another round of the
    wave is under way, `surveys.nobody_left` when there is nobody to write to.
    """
    locked = Wave.objects.select_for_update(of=("self",)).select_related("survey").get(pk=wave.pk)
    if not locked.takes_answers(moment.today) or locked.survey.audience != Audience.INVITED:
        said = gettext_noop("这一轮现在不接受填报，不能发短信。请先开始填报。")
        raise Refused("surveys.not_open", said)
    if locked.runs.filter(finished_at=None).exists():
        raise Refused("surveys.running", gettext_noop("上一批还没有发完，请等它发完。"))
    run = SendRun(
        wave=locked, kind=kind, cells=[list(cell) for cell in cells], origin=origin, made_at=moment.at
    )
    run.total = reached_by(run).count()
    if not run.total:
        raise Refused("surveys.nobody_left", gettext_noop("没有要发的企业：都发过、答过，或已停止提醒。"))
    run.made_by = actor
    run.save()
    run.job_id = start_job(SEND, {"run": run.public_id}, actor=actor).public_id
    run.save(update_fields=["job_id"])
    audit.record("survey.run_begun", locked.survey, actor=actor, kind=kind, firms=run.total)
    return run


@transaction.atomic
def resume_run(run: SendRun, *, actor: User) -> SendRun:
    """Go on with a round whose job was stopped or failed. Refused: `surveys.run_over`."""
    locked = SendRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if locked.finished_at is not None or (locked.job is not None and not locked.job.is_finished):
        raise Refused("surveys.run_over", gettext_noop("这一批已经发完或正在发。"))
    locked.job_id = start_job(SEND, {"run": locked.public_id}, actor=actor).public_id
    locked.save(update_fields=["job_id"])
    return locked


def send_run(run: SendRun, *, moment: Moment) -> Iterator[Progress]:
    """Queue the messages piece by piece; anybody may go on with it at any time."""
    while (piece := _send_piece(run.pk, moment)) is not None:
        yield piece


@transaction.atomic
def _send_piece(pk: int, moment: Moment) -> Progress | None:
    # The lock lets two workers take turns; the second one finds the run moved on.
    run = SendRun.objects.select_for_update(of=("self",)).select_related("wave__survey__owner").get(pk=pk)
    if run.finished_at is not None:
        return None
    rows = reached_by(run).filter(pk__gt=run.last_pk).order_by("pk")
    piece = list(rows.select_for_update(of=("self",))[:PIECE])
    if not piece or not run.wave.takes_answers(_arrives_on(moment)):
        run.finished_at = moment.at
        run.save(update_fields=["finished_at"])
        return None
    _send(run, piece, moment)
    run.last_pk, run.seen = piece[-1].pk, run.seen + len(piece)
    run.save()
    return run.seen, max(run.total, run.seen)


def _arrives_on(moment: Moment) -> date:
    """The day of the site on which a message queued now is read."""
    return moment.today + (timezone.localdate(sent_from(moment.wall)) - timezone.localdate(moment.wall))


def _send(run: SendRun, piece: Sequence[Invitation], moment: Moment) -> None:
    firms, at = [row.enterprise_id for row in piece], moment.at
    spared = _spared(run.wave, firms, moment.today) if run.kind == SendRun.Kind.INVITE else set()
    mobiles = mobiles_of(firms)
    held = [row for row in piece if row.enterprise_id not in spared]
    silent = [row for row in held if row.enterprise_id not in mobiles]
    told, waiting = _queue(run, [row for row in held if row.enterprise_id in mobiles], mobiles, moment)
    run.spared += _spare(piece, spared)
    run.no_phone += _mark(silent, Skipped.NO_PHONE)
    run.today += _mark(waiting, Skipped.TODAY)
    run.queued += len(told)
    done = Invitation.objects.filter(pk__in=[row.pk for row in told])
    if run.kind == SendRun.Kind.INVITE:
        done.update(invited_at=at, last_message_at=at, skipped="")
    else:
        done.update(last_message_at=at, reminders=F("reminders") + 1, skipped="")


def _spared(wave: Wave, firms: Sequence[int], today: date) -> set[int]:
    asked = asked_this_month(firms, today, besides=wave)
    return {firm for firm, count in asked.items() if count >= forms_a_month()}


def _spare(piece: Sequence[Invitation], spared: set[int]) -> int:
    keys = [row.pk for row in piece if row.enterprise_id in spared]
    rows = Invitation.objects.filter(pk__in=keys)
    return rows.update(outcome=Outcome.SPARED, skipped=Skipped.SPARED)


def _mark(rows: Sequence[Invitation], why: str) -> int:
    return Invitation.objects.filter(pk__in=[row.pk for row in rows]).update(skipped=why)


def _queue(
    run: SendRun, rows: Sequence[Invitation], mobiles: dict[int, str], moment: Moment
) -> tuple[list[Invitation], list[Invitation]]:
    """Those a message was queued for, and those that have had one this day, from whatever office.

    The key of the day is unique in the database: of two rounds at the same instant only one gets it.
    """
    survey, wave, leaves_at = run.wave.survey, run.wave, sent_from(moment.wall)
    day = timezone.localdate(leaves_at)
    last = timezone.localdate(moment.wall) + (wave.closes_on - moment.today) + timedelta(days=1)
    ends = timezone.make_aware(datetime.combine(last, time()))
    codes = {row.pk: new_code() for row in rows}
    messages: dict[int, Delivery] = {}
    for row in rows:
        text = invitation_text(
            survey.owner.name,
            f"{run.origin}/i/{codes[row.pk]}/",
            wave.closes_on,
            is_anonymous=survey.is_anonymous,
            reminder=run.kind == SendRun.Kind.REMIND,
        )
        messages[row.pk] = Delivery(
            purpose=PURPOSE,
            phone=mobiles[row.enterprise_id],
            text=text,
            once_key=f"{PURPOSE}:{day}:{row.enterprise_id}",
            made_at=leaves_at,
            not_after=ends,
        )
    queue_messages(messages.values())
    queued = Delivery.objects.filter(public_id__in=[message.public_id for message in messages.values()])
    known = set(queued.order_by().values_list("public_id", flat=True))
    told = [row for row in rows if messages[row.pk].public_id in known]
    made = [InvitationCode(invitation=row, digest=code_digest(codes[row.pk])) for row in told]
    InvitationCode.objects.bulk_create(made)
    return told, [row for row in rows if messages[row.pk].public_id not in known]


def remind_due(*, moment: Moment) -> int:
    """Begin the reminders that the rules of open waves ask for; returns how many rounds were begun.

    For a timer. A wave whose first messages went out by hand (no address known) is left to its officer.
    """
    begun = 0
    for wave in Wave.objects.answerable(moment.today).filter(
        survey__audience=Audience.INVITED, remind_after__gt=0
    ):
        first = wave.runs.exclude(origin="").order_by("pk").first()
        if first is None or not due_for_reminder(wave, moment.at).exists():
            continue
        try:
            start_run(wave, SendRun.Kind.DUE, cells=(), origin=first.origin, actor=None, moment=moment)
        except Refused:
            continue
        begun += 1
    return begun


# --- codes on a list ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class HandedOut:
    """One line of the list: the firm, how to reach it is in the register, and its fresh code for paper."""

    invitation: Invitation
    code: str

    @property
    def spoken(self) -> str:
        """As it is printed and read out."""
        return spoken(self.code)


@transaction.atomic
def hand_out_codes(wave: Wave, *, cells: Cells, reason: str, actor: User, moment: Moment) -> list[HandedOut]:
    """Fresh codes for firms that have not answered, for a list on paper; audited with the reason.

    Firms never asked before count as asked from now on; who was asked often enough this month is left out.
    Refused: `surveys.not_open`, `surveys.nobody_left`, `surveys.too_many`.
    """
    locked = Wave.objects.select_for_update(of=("self",)).select_related("survey").get(pk=wave.pk)
    if not locked.takes_answers(moment.today):
        raise Refused("surveys.not_open", gettext_noop("这一轮现在不接受填报，不能生成邀请码。"))
    rows = list(_for_list(locked, cells)[: MOST_ON_A_LIST + 1])
    if len(rows) > MOST_ON_A_LIST:
        said = gettext_noop("一次最多生成%(most)d家的邀请码。请按区县分批。")
        raise Refused("surveys.too_many", Message(said, {"most": MOST_ON_A_LIST}))
    new = [row.enterprise_id for row in rows if row.invited_at is None]
    spared = _spared(locked, new, moment.today)
    _spare([row for row in rows if row.invited_at is None], spared)
    kept = [row for row in rows if row.invited_at is not None or row.enterprise_id not in spared]
    if not kept:
        raise Refused("surveys.nobody_left", gettext_noop("没有可以列出的企业：都答过，或本月已达次数。"))
    made = [HandedOut(row, new_code()) for row in kept]
    way = InvitationCode.Way.LIST
    digests = [
        InvitationCode(invitation=one.invitation, digest=code_digest(one.code), way=way) for one in made
    ]
    InvitationCode.objects.bulk_create(digests, batch_size=PIECE)
    Invitation.objects.filter(pk__in=[row.pk for row in kept], invited_at=None).update(invited_at=moment.at)
    audit.record("survey.codes_listed", locked.survey, actor=actor, firms=len(made), reason=reason)
    return made


def _for_list(wave: Wave, cells: Cells) -> QuerySet[Invitation]:
    rows = wave.invitations.filter(cell_filter(cells), outcome__in=OPEN_OUTCOMES)
    return rows.select_related("enterprise").order_by("county", "enterprise__name", "pk")
