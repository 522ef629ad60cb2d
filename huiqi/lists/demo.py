"""Lists of the demonstration: published, on public notice, being collected, and one of another authority.

Everything goes through the same commands as an officer's work, so that the history reads like one.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import Case, QuerySet, When
from django.utils import timezone

from huiqi.accounts.models import User
from huiqi.enterprises.demo.story import STORY_CODES
from huiqi.enterprises.models import Enterprise
from huiqi.lists.chain import Act
from huiqi.lists.commands.batches import create_batch, start_notice, step_batch
from huiqi.lists.commands.entries import act_on_entries, propose_firms
from huiqi.lists.commands.imports import take_in_lines
from huiqi.lists.commands.objections import admit_objection, raise_objection
from huiqi.lists.commands.publication import begin_publication, publish_batch
from huiqi.lists.models import Entry, ListBatch
from huiqi.lists.tables import Line

# GB/T 4754 classes whose firms make protective goods or what goes into them.
MAKERS = ("1789", "2770", "2710", "3585", "1819")
KEY_CONTACTS, LITTLE_GIANTS, DISHONEST, COLLECTED = 36, 14, 25, 6
NOTICE_DAYS = 5


def make_lists(*, on: date) -> dict[str, int]:
    """Make the demo's batches that are not there yet; returns the number of entries made, by kind."""
    actor = User.objects.filter(username="province").first()
    county = User.objects.filter(username="county").first()
    if actor is None or county is None or ListBatch.objects.filter(created_by=actor).exists():
        return {}
    makers = _firms().filter(gb4754__in=MAKERS)
    made = {"provincial-key-contact": _key_contacts(list(makers[:KEY_CONTACTS]), actor, on)}
    grown = _firms().filter(gb4754__gte="1300", gb4754__lt="4400", employees__gte=100)
    made["little-giant-hunan"] = _little_giants(list(grown[:LITTLE_GIANTS]), actor, on)
    made["severe-dishonesty"] = _dishonest(list(_firms().filter(gb4754="5211")[:DISHONEST]), actor, on)
    nearby = _firms().filter(prefecture="430181", gb4754__in=MAKERS)
    made["key-supplier-local"] = _collected(list(nearby[:COLLECTED]), actor, county, on)
    return made


def _firms() -> QuerySet[Enterprise]:
    """Synthetic firms in business that have a code; those of the story come first, then 浏阳's."""
    firms = Enterprise.objects.present().filter(is_synthetic=True, registration="active")
    told = Case(When(credit_code__contains=STORY_CODES, then=0), When(prefecture="430181", then=1), default=2)
    return firms.filter(credit_code__isnull=False).order_by(told, "credit_code")


def _at(day: date, hour: int = 9) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _open(kind: str, title: str, actor: User, day: date, until: date | None = None) -> ListBatch:
    batch = create_batch(kind, actor=actor, today=day, at=_at(day), title=title, collect_until=until)
    return step_batch(batch, "open", actor=actor, today=day, at=_at(day))


def _propose(batch: ListBatch, firms: Sequence[Enterprise], actor: User, day: date, reason: str) -> int:
    ids = [firm.pk for firm in firms]
    outcome = propose_firms(
        batch, ids, door="search", actor=actor, on=day, today=day, at=_at(day, 10), reason=reason
    )
    return len(outcome.done)


def _accept_all(batch: ListBatch, actor: User, day: date) -> None:
    versions = dict(Entry.objects.filter(batch=batch).order_by("pk").values_list("pk", "version"))
    act_on_entries(batch, versions, Act.ACCEPT, actor=actor, on=day, today=day, at=_at(day, 15))


def _key_contacts(firms: Sequence[Enterprise], actor: User, on: date) -> int:
    day = on - timedelta(days=25)
    batch = _open("provincial-key-contact", "省重点联系企业（第一批，演示）", actor, day)
    count = _propose(batch, firms, actor, day, "防护物资及原料生产企业")
    step_batch(batch, "review", actor=actor, today=day, at=_at(day, 14))
    _accept_all(batch, actor, day)
    begin_publication(
        batch, actor=actor, on=day, today=day, at=_at(day, 16), document="演示文号〔2020〕1号", valid_from=day
    )
    publish_batch(batch, actor=actor, on=on, at=_at(day, 16))
    return count


def _little_giants(firms: Sequence[Enterprise], actor: User, on: date) -> int:
    day = on - timedelta(days=6)
    batch = _open("little-giant-hunan", "2020年度小巨人企业（演示）", actor, day)
    count = _propose(batch, firms, actor, day, "市州推荐，材料齐备")
    step_batch(batch, "review", actor=actor, today=day, at=_at(day, 14))
    _accept_all(batch, actor, day)
    batch = start_notice(batch, days=NOTICE_DAYS, actor=actor, on=on - timedelta(days=3), today=day)
    first = Entry.objects.filter(batch=batch).order_by("pk").first()
    if first is not None:
        objection, _token = raise_objection(
            batch,
            entry=first,
            name="演示人",
            phone="17000999001",
            grounds="主营产品与申报的细分市场不一致，请核对。",
            on=on,
            at=_at(on, 8),
            wall=_at(on, 8),
        )
        admit_objection(objection, reason="已电话核实异议人身份。", actor=actor, today=on, at=_at(on, 9))
    return count


def _dishonest(firms: Sequence[Enterprise], actor: User, on: date) -> int:
    day = on - timedelta(days=8)
    batch = create_batch(
        "severe-dishonesty", actor=actor, today=day, at=_at(day), title="严重失信名单（演示）"
    )
    lines = [Line(row, firm.name, firm.credit_code or "") for row, firm in enumerate(firms, start=2)]
    lines.append(Line(len(lines) + 2, "已迁出本省的某商贸有限公司", ""))
    added, _there, _waiting = take_in_lines(batch, lines, actor=actor, today=day, at=_at(day))
    if added:
        begin_publication(
            batch,
            actor=actor,
            on=day,
            today=day,
            at=_at(day, 11),
            document="演示公告2020年第1号",
            valid_from=day,
        )
        publish_batch(batch, actor=actor, on=on, at=_at(day, 11))
    return added


def _collected(firms: Sequence[Enterprise], actor: User, county: User, on: date) -> int:
    """Proposed by the county two days ago; half of them recommended on to the city, which has work to do."""
    day = on - timedelta(days=2)
    until = on + timedelta(days=5)
    batch = _open("key-supplier-local", "地方性重点保障企业（第二批，演示）", actor, day, until)
    count = _propose(batch, firms, county, day, "产能已核实，原料有保障")
    rows = Entry.objects.filter(batch=batch).order_by("pk").values_list("pk", "version")
    half = dict(list(rows)[: (count + 1) // 2])
    if half:
        act_on_entries(
            batch,
            half,
            Act.RECOMMEND,
            actor=county,
            on=day,
            today=day,
            at=_at(day, 15),
            reason="县级核实属实，建议列入",
        )
    return count
