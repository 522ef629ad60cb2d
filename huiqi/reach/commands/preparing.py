"""A prepared list from its order to its review: judged in pieces, looked at by a second person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power, roles_with
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.models import Job
from huiqi.messages.commands.notices import notify_all, settle_notices
from huiqi.reach.amounts import is_decided_by_others, may_keep_amount
from huiqi.reach.models import Listed, ListState, Preparation
from huiqi.reach.notices import REVIEWED, TO_REVIEW
from huiqi.reach.ports import PORTS
from huiqi.reach.queries.preparations import firms_of
from huiqi.reference.judging import judge, rulebook, rulebook_fingerprint

PIECE = 400
_MOVED = gettext_noop("这份名单的状态已经变化（现为%(state)s），请刷新后再操作。")


@dataclass(frozen=True)
class Wish:
    """What a list is to be made of: a policy, the part of the register, and where it goes."""

    policy: str
    authority: Unit
    region: str = ""
    industry: str = ""
    sizes: tuple[str, ...] = ()
    keeps_amount: bool = False
    with_unknown: bool = False


@transaction.atomic
def prepare_list(wish: Wish, *, actor: User, unit: Unit, on: date, at: datetime) -> Preparation:
    """Order a list; `judge_pieces` makes it. Refused: `reach.we_decide`, `reach.not_in_force`,
    `reach.amount_not_ours`."""
    policy = rulebook().policies[wish.policy]
    if not is_decided_by_others(policy):
        ours = gettext_noop("这项政策由我们自己认定，请走申报和兑付流程，不必移送。")
        raise Refused("reach.we_decide", ours)
    plan = judge(on).plans[wish.policy]
    if plan.edition is None or plan.status is not None:
        past = gettext_noop("这项政策在%(day)s没有可以判断的版本，不能生成名单。")
        raise Refused("reach.not_in_force", Message(past, {"day": on.isoformat()}))
    if wish.keeps_amount and not may_keep_amount(policy):
        not_ours = gettext_noop(
            "这项政策的金额属于税务、社保等部门的数据，本系统不保存。请去掉“回执记金额”。"
        )
        raise Refused("reach.amount_not_ours", not_ours)
    row = Preparation.objects.create(
        policy=wish.policy,
        edition=plan.edition.id,
        on=on,
        rulebook=rulebook_fingerprint(),
        region=wish.region,
        industry=wish.industry,
        sizes=list(wish.sizes),
        unit=unit,
        authority=wish.authority,
        keeps_amount=wish.keeps_amount,
        with_unknown=wish.with_unknown,
        prepared_by=actor,
        prepared_at=at,
    )
    audit.record("reach_list.prepared", row, actor=actor, policy=wish.policy)
    return row


@transaction.atomic
def note_job(row: Preparation, job: Job) -> None:
    """Remember which job works on the list, so that its page can show the progress."""
    Preparation.objects.filter(pk=row.pk).update(job_id=job.public_id)


def judge_pieces(row: Preparation, *, today: date, at: datetime) -> Iterator[tuple[int, int]]:
    """Judge the firms of a list, a piece a transaction; yields (done, total).

    Stopped half-way it goes on where it stopped: `last_pk` rises in each piece's transaction.
    """
    firms = firms_of(row, today)
    total = firms.count()
    row.refresh_from_db()
    while keys := list(firms.filter(pk__gt=row.last_pk).order_by("pk").values_list("pk", flat=True)[:PIECE]):
        _judge_piece(row, keys)
        yield row.judged, total
    _finish(row, at=at)


@transaction.atomic
def _judge_piece(row: Preparation, keys: list[int]) -> None:
    found = [
        Listed(
            preparation=row,
            enterprise_id=one.enterprise_id,
            status=one.status,
            assurance=one.assurance,
            missing=list(one.missing),
        )
        for one in PORTS.judged(row.policy, keys, row.on)
        if one.edition == row.edition
    ]
    Listed.objects.bulk_create(found, ignore_conflicts=True)
    row.last_pk, row.judged = keys[-1], row.judged + len(keys)
    row.save(update_fields=["last_pk", "judged"])


@transaction.atomic
def _finish(row: Preparation, *, at: datetime) -> None:
    locked = lock_list(row, ListState.JUDGING)
    locked.state = ListState.DRAFTED
    locked.save(update_fields=["state"])
    audit.record("reach_list.judged", locked, actor=locked.prepared_by, firms=locked.lines.count())
    people = User.objects.filter(
        unit=locked.unit, role__in=roles_with(Power.REVIEW_REACH), is_active=True, is_role_confirmed=True
    ).exclude(pk=locked.prepared_by_id)
    said = "一份直达名单已生成，请复核。"
    notify_all(people.order_by("pk"), TO_REVIEW, said, _page(locked), at=at, about=locked)


@transaction.atomic
def review_list(row: Preparation, *, actor: User, remark: str, at: datetime) -> Preparation:
    """A second person finds the list right. Refused: `reach.list_moved`, `reach.own_list`,
    `reach.nobody_listed`."""
    locked = lock_list(row, ListState.DRAFTED)
    _refuse_own(locked, actor)
    if not locked.lines.exists():
        nobody = gettext_noop("名单里没有企业，不能通过。请退回，或撤回后换个范围重做。")
        raise Refused("reach.nobody_listed", nobody)
    return _looked_at(locked, ListState.REVIEWED, actor=actor, remark=remark, at=at)


@transaction.atomic
def return_list(row: Preparation, *, actor: User, remark: str, at: datetime) -> Preparation:
    """A second person sends the list back. Refused: `reach.list_moved`, `reach.own_list`,
    `reach.no_remark`."""
    locked = lock_list(row, ListState.DRAFTED)
    _refuse_own(locked, actor)
    if not remark.strip():
        raise Refused("reach.no_remark", gettext_noop("退回时请写明哪里不对、怎么改。"))
    return _looked_at(locked, ListState.RETURNED, actor=actor, remark=remark, at=at)


def _refuse_own(row: Preparation, actor: User) -> None:
    if row.prepared_by_id == actor.pk:
        raise Refused("reach.own_list", gettext_noop("准备名单的人不能复核自己的名单，请换一位同事。"))


def _looked_at(row: Preparation, state: str, *, actor: User, remark: str, at: datetime) -> Preparation:
    row.state, row.reviewed_by, row.reviewed_at, row.remark = state, actor, at, remark.strip()
    row.save(update_fields=["state", "reviewed_by", "reviewed_at", "remark"])
    act = "reach_list.reviewed" if state == ListState.REVIEWED else "reach_list.returned"
    audit.record(act, row, actor=actor)
    settle_notices(TO_REVIEW, row, at=at)
    passed = state == ListState.REVIEWED
    said = "您准备的直达名单已通过复核，可以移送。" if passed else "您准备的直达名单被退回，请看复核意见。"
    notify_all([row.prepared_by], REVIEWED, said, _page(row), at=at)
    return row


@transaction.atomic
def withdraw_list(row: Preparation, *, actor: User, at: datetime) -> Preparation:
    """Take a list back. One that was handed over stays with the authority as a fact; its file can no longer
    be taken out here, and what was told and decided stays."""
    states = [state for state in ListState if state is not ListState.WITHDRAWN]
    locked = lock_list(row, *states)
    locked.state = ListState.WITHDRAWN
    locked.save(update_fields=["state"])
    audit.record("reach_list.withdrawn", locked, actor=actor)
    settle_notices(TO_REVIEW, locked, at=at)
    return locked


def lock_list(row: Preparation, *states: str) -> Preparation:
    """The row, locked; Refused (`reach.list_moved`) unless it is in one of these states."""
    rows = Preparation.objects.select_for_update(of=("self",)).select_related("prepared_by", "unit")
    locked = rows.get(pk=row.pk)
    if locked.state not in states:
        said = Message(_MOVED, {"state": str(locked.get_state_display())})
        raise Refused("reach.list_moved", said)
    return locked


def _page(row: Preparation) -> str:
    return reverse("reach:preparation", args=[row.public_id])
