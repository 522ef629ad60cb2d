"""The demonstration's cases, made through the same commands as everybody's, at instants of early 2020."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from huiqi.accounts.models import Unit, User
from huiqi.accounts.roles import Role
from huiqi.cases.commands import approvals, closing, desk, handling
from huiqi.cases.commands.intake import Asked, open_case
from huiqi.cases.commands.knots import confirm_knot, propose_knots
from huiqi.cases.commands.ordering import lead_order
from huiqi.cases.commands.permits import PermitWords, record_permit
from huiqi.cases.commands.supervision import draft_supervisions, issue_supervision
from huiqi.cases.demo import ANSWERS, MATTERS, NOTES, STORY, Matter
from huiqi.cases.models import Case, Consent, OrderState, Supervision
from huiqi.cases.queries.items import topic_of
from huiqi.cases.queries.mandates import mode_for
from huiqi.cases.queries.office_time import office_time
from huiqi.cases.queries.units import lead_for
from huiqi.cases.workflow import Channel, Ending, Urgency, Word
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.enterprises.models import Enterprise
from huiqi.messages.models import Notice

MARK = "演示-"
USUAL = 200
# Counties whose offices have people in the demonstration, and how much of all comes from each.
_COUNTIES = {"430181": 11, "433130": 3, "430121": 3, "430102": 2, "430281": 1, "430321": 1}
_KNOT = 6


@dataclass
class Stage:
    """The people and days of the demonstration."""

    on: date
    dice: Random
    people: dict[str, User]
    firms: dict[str, list[Enterprise]]
    units: dict[str, Unit]
    made: list[tuple[Case, str]] = field(default_factory=list)

    def after(self, start: datetime, hours: float) -> datetime:
        """So many hours later, moved into office hours of a working day and not beyond the day itself."""
        found = timezone.localtime(start + timedelta(hours=hours))
        scale = office_time(self.on)
        while not scale.is_working(found.date()):
            found = _at(found.date() + timedelta(days=1), 9, self.dice.randrange(60))
        if found.hour < 9:
            found = _at(found.date(), 9, self.dice.randrange(60))
        elif found.hour >= 17:
            return self.after(_at(found.date() + timedelta(days=1), 9, 5), 0)
        return found


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


@transaction.atomic
def make_cases(*, seed: int, on: date, count: int = USUAL) -> int:
    """Make the demonstration's cases up to `on`, unless there are some; returns how many.

    The same seed gives the same matters, firms, days and fates; numbers are drawn as always.
    """
    if Case.objects.filter(source_ref__startswith=MARK).exists():
        return 0
    stage = _stage(seed, on)
    if not stage.people or not any(stage.firms.values()):
        return 0
    fates = _fates(count, stage.dice)
    for number in range(count):
        _play(stage, number, fates[number])
    _tell_story(stage)
    _alike(stage)
    _close_up(stage)
    audit.record("demo.cases_made", None, actor=None, cases=len(stage.made))
    return len(stage.made)


def _stage(seed: int, on: date) -> Stage:
    dice = Random(f"{seed}:cases")  # noqa: S311  repeatable on purpose
    people = {user.username: user for user in User.objects.select_related("unit").filter(is_active=True)}
    firms: dict[str, list[Enterprise]] = {}
    for county in _COUNTIES:
        rows = Enterprise.objects.filter(prefecture=county, is_synthetic=True).exclude(credit_code=None)
        firms[county] = list(rows.order_by("public_id")[:60])
    units = {unit.name: unit for unit in Unit.objects.order_by("pk")}
    wanted = {"liuyang", "county", "province", "city", "longshan", "dispatcher", "supervisor"}
    return Stage(on, dice, people if wanted <= people.keys() else {}, firms, units)


# What becomes of a case, how often, and how many working days ago it began (from, to).
Fate = tuple[str, int, int]
_FATES: dict[Fate, int] = {
    ("registered", 1, 2): 7,
    ("registered_late", 4, 6): 2,
    ("supplementing", 3, 6): 4,
    ("accepted", 2, 3): 9,
    ("assigned", 2, 3): 10,
    ("assigned_late", 6, 9): 4,
    ("bounced", 5, 8): 3,
    ("bounced_twice", 8, 12): 2,
    ("handling", 3, 6): 16,
    ("handling_late", 10, 25): 8,
    ("extending", 5, 6): 2,
    ("suspended", 8, 14): 2,
    ("answered", 4, 7): 9,
    ("calling_back", 6, 9): 9,
    ("unreachable", 7, 10): 2,
    ("not_solved", 9, 14): 4,
    ("solved", 9, 38): 24,
    ("partly", 9, 38): 5,
    ("explained", 9, 38): 5,
    ("refused", 6, 38): 4,
    ("withdrawn", 6, 38): 2,
}


def _fates(count: int, dice: Random) -> list[Fate]:
    """So many fates in their proportions, shuffled."""
    bag = [fate for fate, weight in _FATES.items() for _ in range(weight)]
    found = [bag[number * len(bag) // count % len(bag)] for number in range(count)]
    dice.shuffle(found)
    return found


def _play(stage: Stage, number: int, fate: Fate) -> None:
    county = stage.dice.choices(list(_COUNTIES), list(_COUNTIES.values()))[0]
    firms = stage.firms[county] or next(rows for rows in stage.firms.values() if rows)
    matter = stage.dice.choice(MATTERS)
    firm = firms[number % len(firms)]
    opened = _begin(stage, fate)
    case = _open(stage, number, matter, firm, opened)
    try:
        _FOLLOW[fate[0]](stage, case, opened)
    except Refused:
        # A step that this item's rules do not allow then: the case stays where it is.
        return


def _begin(stage: Stage, fate: Fate) -> datetime:
    """An instant so many working days before the day of the site."""
    scale, day, left = office_time(stage.on), stage.on, stage.dice.randint(fate[1], fate[2])
    while left:
        day -= timedelta(days=1)
        left -= scale.is_working(day)
    return _at(day, stage.dice.randint(9, 15), stage.dice.randrange(60))


_DOORS = (
    (Channel.WEB, "", 10), (Channel.PHONE, "hotline", 4), (Channel.WINDOW, "window", 3),
    (Channel.STATIONED, "stationed", 2), (Channel.FILE_12345, "dispatcher", 2),
)  # fmt: skip


def _open(
    stage: Stage,
    number: int,
    matter: Matter,
    firm: Enterprise,
    opened: datetime,
    *,
    owner: User | None = None,
) -> Case:
    weights = [door[2] for door in _DOORS]
    channel, taker, _weight = _DOORS[0] if owner else stage.dice.choices(_DOORS, weights)[0]
    urgency = stage.dice.choices(list(Urgency), [2, 7, 1])[0]
    asked = Asked(
        item=matter.item,
        topic=matter.topic,
        title=matter.title,
        text=matter.text,
        channel=channel,
        name=owner.name
        if owner
        else f"{stage.dice.choice('周吴郑王冯陈褚卫蒋沈')}{stage.dice.choice('敏强芳磊静涛')}",
        enterprise=firm,
        requester=owner,
        urgency=urgency,
        answers=matter.answers,
        consent=Consent.SPOKEN if taker else Consent.OWN,
        source_ref=f"{MARK}{number + 1:03d}",
    )
    case = open_case(asked, actor=stage.people.get(taker) or owner, at=opened)
    stage.made.append((case, f"170{number:08d}"))
    return case


# --- people -------------------------------------------------------------------------------------------


def _dispatcher(stage: Stage, case: Case) -> User:
    """Who dispatches at the desk."""
    rows = [user for user in stage.people.values() if user.unit_id == case.desk_id]
    first = [user for user in rows if user.role == Role.DISPATCHER] or [
        user for user in rows if user.role == Role.OFFICER
    ]
    return first[0]


def _handler(stage: Stage, unit: Unit) -> User | None:
    """Who handles at a unit, if anybody of it has an account."""
    roles = {Role.OFFICER, Role.AUTHORITY_OFFICER, Role.BANK_OFFICER, Role.SERVICE_STAFF}
    rows = [user for user in stage.people.values() if user.unit_id == unit.pk and user.role in roles]
    return rows[0] if rows else None


def _reviewer(stage: Stage, case: Case, handler: User | None) -> User:
    """Somebody else of the desk, or the province's supervisor."""
    roles = {Role.DISPATCHER, Role.OFFICER}
    rows = [user for user in stage.people.values() if user.unit_id == case.desk_id and user.role in roles]
    others = [user for user in rows if user != handler]
    return others[0] if others else stage.people["supervisor"]


# --- how far each goes --------------------------------------------------------------------------------


def _stay(stage: Stage, case: Case, at: datetime) -> None:
    return None


def _accept(stage: Stage, case: Case, at: datetime) -> datetime:
    at = stage.after(at, stage.dice.uniform(0.5, 3))
    desk.accept_case(case, actor=_dispatcher(stage, case), at=at)
    if case.item == "green-channel":
        _permits(stage, case, at)
    return at


def _permits(stage: Stage, case: Case, at: datetime) -> None:
    """Three authorities at once: one has decided, one goes ahead on a promise, one has still to be asked."""
    day = at.date()
    owed = stage.on + timedelta(days=2)
    for words in (
        PermitWords("消毒产品卫生安全评价备案", "省卫生健康委", "granted", day, day, "演示备字第1号"),
        PermitWords("灌装线技改环评", "市生态环境局", "on_promise", day, None, "", "环境监测报告", owed),
        PermitWords("消防设计审查", "县住房和城乡建设局", "to_apply"),
    ):
        record_permit(case, words, actor=_dispatcher(stage, case), at=at)


def _assign(stage: Stage, case: Case, at: datetime) -> datetime:
    at = stage.after(_accept(stage, case, at), stage.dice.uniform(0.5, 3))
    _give(stage, case, at)
    return at


def _give(stage: Stage, case: Case, at: datetime) -> None:
    topic = topic_of(case.edition.definition, case.topic)
    named = stage.units.get(str(case.answers.get("bank_name", "")))
    unit = named or lead_for(topic.lead, case.prefecture) or case.desk
    mode = mode_for(case.desk, unit, topic.lead.authority)
    desk.assign_case(
        case,
        lead=unit,
        mode=mode if mode != "inform" else "consult",
        instruction="请按时限联系企业并办结。",
        actor=_dispatcher(stage, case),
        at=at,
    )


def _sign(stage: Stage, case: Case, at: datetime) -> datetime:
    at = stage.after(_assign(stage, case, at), stage.dice.uniform(0.5, 4))
    order = _lead(case)
    if order.state == OrderState.SENT:  # a unit without accounts was not asked to sign
        handling.sign_order(order, actor=_handler(stage, order.unit), at=at)
    return at


def _lead(case: Case) -> Any:
    found = lead_order(Case.objects.select_related("edition", "desk", "lead").get(pk=case.pk))
    if found is None:
        raise Refused("cases.no_lead", "没有主办单位。")
    return found


def _handle(stage: Stage, case: Case, at: datetime) -> datetime:
    at = stage.after(_sign(stage, case, at), stage.dice.uniform(1, 6))
    order = _lead(case)
    handling.record_contact(order, note=stage.dice.choice(NOTES), actor=_handler(stage, order.unit), at=at)
    return at


def _answer(stage: Stage, case: Case, at: datetime, ending: Ending = Ending.SOLVED) -> datetime:
    at = stage.after(_handle(stage, case, at), stage.dice.uniform(4, 20))
    order = _lead(case)
    text, actor = stage.dice.choice(ANSWERS), _handler(stage, order.unit)
    handling.answer_order(order, text=text, proposed_ending=ending, actor=actor, at=at)
    return at


def _approve(stage: Stage, case: Case, at: datetime, ending: Ending = Ending.SOLVED) -> datetime:
    at = stage.after(_answer(stage, case, at, ending), stage.dice.uniform(1, 5))
    handler = _handler(stage, _lead(case).unit)
    closing.approve_answer(case, actor=_reviewer(stage, case, handler), at=at)
    return at


def _word(
    stage: Stage, case: Case, at: datetime, word: Word, rating: int | None, ending: Ending = Ending.SOLVED
) -> datetime:
    at = stage.after(_approve(stage, case, at, ending), stage.dice.uniform(1, 6))
    caller, note = _dispatcher(stage, case), "电话回访，诉求人本人接听。"
    closing.record_call_back(case, word=word, rating=rating, note=note, actor=caller, at=at)
    return at


def _supplementing(stage: Stage, case: Case, at: datetime) -> None:
    at = stage.after(at, 2)
    text = "请补充合同和具体数量，拍照上传即可。"
    desk.ask_supplement(case, text=text, actor=_dispatcher(stage, case), at=at)


def _bounce(stage: Stage, case: Case, at: datetime) -> datetime:
    at = stage.after(at, 2)
    order = _lead(case)
    reason = case.edition.definition.return_reasons[0][0]
    text = "按职责分工不属本单位，建议由主管部门办理。"
    handling.send_back(order, actor=_handler(stage, order.unit), at=at, reason=reason, text=text)
    return at


def _bounced(stage: Stage, case: Case, at: datetime) -> None:
    _bounce(stage, case, _assign(stage, case, at))


def _bounced_twice(stage: Stage, case: Case, at: datetime) -> None:
    at = _bounce(stage, case, _assign(stage, case, at))
    at = stage.after(at, 2)
    _give(stage, case, at)
    _bounce(stage, case, at)


def _late(stage: Stage, case: Case, at: datetime) -> None:
    _sign(stage, case, at)


def _extending(stage: Stage, case: Case, at: datetime) -> None:
    at = stage.after(_handle(stage, case, at), 2)
    order = _lead(case)
    actor = _handler(stage, order.unit)
    if actor is not None:
        reason = "需要上级部门核实数据，预计再要两天。"
        approvals.ask_extension(order, amount=2, reason=reason, actor=actor, at=at)


def _suspended(stage: Stage, case: Case, at: datetime) -> None:
    at = stage.after(_handle(stage, case, at), 2)
    order = _lead(case)
    actor = _handler(stage, order.unit)
    if actor is None:
        return
    reason = "要等省里的实施细则下发后才能办。"
    day = stage.on + timedelta(days=12)
    asked = approvals.ask_suspension(order, review_on=day, reason=reason, actor=actor, at=at)
    at, by = stage.after(at, 3), _reviewer(stage, case, actor)
    approvals.decide_approval(asked, granted=True, decision="同意，到期复查。", actor=by, at=at)


def _not_solved(stage: Stage, case: Case, at: datetime) -> None:
    _word(stage, case, at, Word.NOT_SOLVED, 2)


def _refused(stage: Stage, case: Case, at: datetime) -> None:
    at = stage.after(at, 2)
    reason = case.edition.definition.refusal_reasons[0][0]
    text = "这件事由司法机关处理，请向受理法院提出。"
    desk.refuse_case(case, reason=reason, text=text, actor=_dispatcher(stage, case), at=at)


def _withdrawn(stage: Stage, case: Case, at: datetime) -> None:
    at = stage.after(_accept(stage, case, at), 3)
    desk.withdraw_case(case, reason="企业来电说已经自行解决。", actor=_dispatcher(stage, case), at=at)


_FOLLOW: dict[str, Callable[[Stage, Case, datetime], Any]] = {
    "registered": _stay,
    "registered_late": _stay,
    "supplementing": _supplementing,
    "accepted": _accept,
    "assigned": _assign,
    "assigned_late": _assign,
    "bounced": _bounced,
    "bounced_twice": _bounced_twice,
    "handling": _handle,
    "handling_late": _late,
    "extending": _extending,
    "suspended": _suspended,
    "answered": _answer,
    "calling_back": _approve,
    "unreachable": lambda stage, case, at: _word(stage, case, at, Word.UNREACHABLE, None),
    "not_solved": _not_solved,
    "solved": lambda stage, case, at: _word(stage, case, at, Word.SOLVED, stage.dice.choice([4, 5, 5])),
    "partly": lambda stage, case, at: _word(stage, case, at, Word.PARTLY, 3),
    "explained": lambda stage, case, at: _word(stage, case, at, Word.SOLVED, 4, Ending.EXPLAINED),
    "refused": _refused,
    "withdrawn": _withdrawn,
}


# --- the story, duplicates, a knot --------------------------------------------------------------------


def _tell_story(stage: Stage) -> None:
    """The maker of protective equipment in 浏阳: its two cases, one with the handler, one with the desk."""
    owner = stage.people.get("firm1")
    firm = Enterprise.objects.filter(name="浏阳楚康防护用品有限公司").order_by("pk").first()
    if owner is None or firm is None:
        return
    opened = _begin(stage, ("handling", 3, 3))
    money = _open(stage, len(stage.made), STORY[0], firm, opened, owner=owner)
    _handle(stage, money, opened)
    opened = _begin(stage, ("accepted", 1, 1))
    masks = _open(stage, len(stage.made), STORY[1], firm, opened, owner=owner)
    _accept(stage, masks, opened)


def _alike(stage: Stage) -> None:
    """Six alike of one county in a week make a knot; one firm asks twice, and once that was merged."""
    firms = stage.firms["430181"] or next(rows for rows in stage.firms.values() if rows)
    lorries = next(each for each in MATTERS if each.title.startswith("原料车"))
    for number, firm in enumerate(_spread(firms, _KNOT)):
        opened = _begin(stage, ("accepted", 1, 3))
        case = _open(stage, len(stage.made), lorries, firm, opened)
        if number % 2:
            _accept(stage, case, opened)
    twice = firms[-1]
    for is_merged in (True, False):
        opened = _begin(stage, ("accepted", 4, 4))
        matter = MATTERS[2] if is_merged else MATTERS[8]
        elder = _open(stage, len(stage.made), matter, twice, opened)
        _handle(stage, elder, opened)
        opened = _begin(stage, ("accepted", 2, 2))
        younger = _open(stage, len(stage.made), matter, twice, opened)
        at = _accept(stage, younger, opened)
        if is_merged:
            reason, actor = "同一家企业同一件事，第二次从热线提出。", _dispatcher(stage, younger)
            desk.merge_case(younger, into=elder, at=stage.after(at, 1), reason=reason, actor=actor)


def _spread(firms: Sequence[Enterprise], count: int) -> list[Enterprise]:
    return [firms[number * 7 % len(firms)] for number in range(count)]


def _close_up(stage: Stage) -> None:
    """Knots, letters of supervision, the numbers to call, and notices of past days as read."""
    eve = _at(stage.on - timedelta(days=1), 18)
    knots = propose_knots(at=eve)
    if len(knots) > 1:
        owner = stage.units.get("湖南省交通运输厅") or stage.people["province"].unit
        if owner is not None:
            confirm_knot(
                knots[-1],
                owner=owner,
                cause="各地卡口标准不一，货车通行证不互认。",
                task="统一样式，一证通行，公布值班电话。",
                due_on=stage.on + timedelta(days=10),
                actor=stage.people["dispatcher"],
                at=eve,
            )
    draft_supervisions(at=eve)
    first = Supervision.objects.filter(state=Supervision.State.DRAFTED).order_by("pk").first()
    if first is not None:
        issue_supervision(
            first, text=first.text, answer_by=first.answer_by, actor=stage.people["supervisor"], at=eve
        )
    for case, phone in stage.made:
        # Set last: nobody gets a text message about an invented case.
        case.requester_phone = phone
        case.save(update_fields=["requester_phone", "phone_index"])
    Notice.objects.filter(
        read_at=None, at__lt=_at(stage.on - timedelta(days=2), 0), kind__startswith="case"
    ).update(read_at=eve)
