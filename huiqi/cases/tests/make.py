"""Plain functions that make service items, cases and orders for tests."""

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from huiqi.accounts.models import Unit, User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.cases.commands.closing import approve_answer
from huiqi.cases.commands.desk import accept_case, assign_case
from huiqi.cases.commands.handling import answer_order, record_contact, sign_order
from huiqi.cases.commands.intake import Asked, open_case
from huiqi.cases.commands.items import make_draft, take_over
from huiqi.cases.commands.ordering import lead_order
from huiqi.cases.commands.permits import PermitWords, record_permit
from huiqi.cases.items.reading import read_items
from huiqi.cases.models import Case, EditionState, ItemEdition, Knot, Order, PermitState
from huiqi.cases.workflow import Channel, Ending, State
from huiqi.knowledge.models import AnswerTemplate

_ZONE = ZoneInfo("Asia/Shanghai")
_numbers = count(1)


def at(day: str = "2020-03-02", time: str = "10:00") -> datetime:
    """An instant in Shanghai: `at("2020-03-02", "16:30")`. Monday 2 March 2020 is a working day."""
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=_ZONE)


def _limit(stage: str, amount: int, urgency: str = "", unit: str = "working_days") -> dict[str, Any]:
    return {
        "stage": stage,
        "urgency": urgency,
        "amount": amount,
        "unit": unit,
        "confidence": "GAP",
        "source": "made up for tests",
    }


# An item with every clock: ordinary matters five working days, urgent two, complex fifteen.
CONTENT: dict[str, Any] = {
    "id": "request",
    "title": "企业诉求",
    "summary": "反映生产经营中的困难",
    "kind": "request",
    "topics": [
        {
            "id": "work",
            "title": "复工用工",
            "lead": {"function": "sme", "level": "county", "authority": "assign"},
            "words": ["复工", "招工"],
        },
        {
            "id": "tax",
            "title": "税费",
            "lead": {"function": "tax", "level": "province", "authority": "consult"},
            "words": ["税"],
        },
    ],
    "limits": [
        _limit("accept", 1),
        _limit("dispatch", 1),
        _limit("sign", 1),
        _limit("contact", 3),
        _limit("handle", 5),
        _limit("handle", 2, "urgent"),
        _limit("handle", 15, "complex"),
        _limit("review", 1),
        _limit("call_back", 1),
        _limit("supplement", 5),
        _limit("consult", 10),
    ],
    "refusal_reasons": [
        {"code": "outside", "label": "不属于受理范围"},
        {"code": "in_court", "label": "已进入诉讼、仲裁程序"},
    ],
    "return_reasons": [
        {"code": "not_ours", "label": "不属于本单位职责"},
        {"code": "other_region", "label": "不属于本地区"},
    ],
    "needs_proof": [],
}


def make_edition(item: str = "request", **changes: Any) -> ItemEdition:
    """The published edition of an item; the same one when asked again without changes."""
    known = ItemEdition.objects.current().filter(item=item).first()
    if known is not None and not changes:
        return known
    if known is not None:
        ItemEdition.objects.filter(pk=known.pk).update(state=EditionState.REPLACED)
    number = known.number + 1 if known else 1
    return ItemEdition.objects.create(
        item=item,
        number=number,
        state=EditionState.PUBLISHED,
        content={**CONTENT, "id": item, **changes},
        made_at=at(),
        published_at=at(),
    )


def load_shipped(when: datetime | None = None) -> dict[str, ItemEdition]:
    """The shipped service items, published, by id."""
    take_over(read_items(Path(settings.RULEBOOK_DIR)), at=when or at())
    return {row.item: row for row in ItemEdition.objects.current().order_by("item")}


def make_officer(office: str | Unit = "liuyang", role: Role = Role.OFFICER, **fields: Any) -> User:
    """Somebody of an office (a key of accounts.tests.make.OFFICES, or a unit)."""
    unit = make_office(office) if isinstance(office, str) else office
    return make_user(role=role, unit=unit, **fields)


def make_case(
    *,
    state: State = State.REGISTERED,
    when: datetime | None = None,
    lead: Unit | None = None,
    officer: User | None = None,
    proposed: Ending = Ending.SOLVED,
    **asked: Any,
) -> Case:
    """A case of 浏阳 as its commands would make it, up to REGISTERED, ACCEPTED, ASSIGNED, HANDLING,
    ANSWERED or CALLING_BACK; all at one instant. 浏阳's desk has an officer, and leads unless `lead` says."""
    when = when or at()
    make_edition(asked.get("item", "request"))
    liuyang = make_office("liuyang")
    officer = officer or liuyang.people.filter(role=Role.OFFICER).first() or make_officer(liuyang)
    case = open_case(_asked(asked), actor=asked.get("requester"), at=when)
    _lead_on(case, state, lead or liuyang, officer, proposed, when)
    return Case.objects.get(pk=case.pk)


def _asked(given: Mapping[str, Any]) -> Asked:
    said: dict[str, Any] = {
        "item": "request",
        "topic": "work",
        "title": "招不到工人",
        "text": "口罩生产线复工，缺20名工人。",
        "channel": Channel.WEB,
        "name": "李明",
        "phone": f"138{next(_numbers):08d}",
        "firm_name": "演示口罩厂",
        "prefecture": "430181",
    }
    return Asked(**{**said, **given})


_LINE = (
    State.REGISTERED,
    State.ACCEPTED,
    State.ASSIGNED,
    State.HANDLING,
    State.ANSWERED,
    State.CALLING_BACK,
)


def _lead_on(case: Case, state: State, lead: Unit, officer: User, proposed: Ending, when: datetime) -> None:
    far = _LINE.index(state)
    if far >= 1:
        accept_case(case, actor=officer, at=when)
    if far >= 2:
        assign_case(case, lead=lead, actor=officer, at=when)
    if far >= 3:
        sign_order(make_lead(case), actor=officer, at=when)
    if far >= 4:
        record_contact(make_lead(case), note="电话联系，情况属实。", actor=officer, at=when)
        text = "已协调人社部门组织专场招聘。"
        answer_order(make_lead(case), text=text, proposed_ending=proposed, actor=officer, at=when)
    if far >= 5:
        approve_answer(case, actor=make_officer("changsha"), at=when)


def make_lead(case: Case) -> Order:
    """The newest lead order of a case that has one."""
    order = lead_order(Case.objects.get(pk=case.pk))
    assert order is not None
    return order


def make_order(
    unit: Unit | None = None, *, state: State = State.ASSIGNED, when: datetime | None = None, **asked: Any
) -> Order:
    """The lead order of a new case: sent (ASSIGNED) or signed (HANDLING), by default to 浏阳's office."""
    return make_lead(make_case(state=state, lead=unit, when=when, **asked))


def offered_item() -> dict[str, Any]:
    """The address of a service item's page in the catalogue."""
    load_shipped()
    return {"item": "request"}


def item_draft() -> dict[str, Any]:
    """The address of a draft, made by nobody of the cast."""
    load_shipped()
    drafts = ItemEdition.objects.filter(item="request", state=EditionState.DRAFT)
    draft = drafts.first() or make_draft(
        "request", actor=make_officer("province", Role.POLICY_EDITOR), at=at()
    )
    return {"public_id": draft.public_id}


def draft_section() -> dict[str, Any]:
    """The address of a part of such a draft."""
    return {**item_draft(), "section": "texts"}


def case_in_liuyang() -> dict[str, Any]:
    """Arguments of the page of a case of 浏阳 that waits to be taken up."""
    return {"public_id": make_case().public_id}


def case_to_dispatch() -> dict[str, Any]:
    """Arguments of the page of giving a case of 浏阳's desk to units."""
    return {"public_id": make_case(state=State.ACCEPTED).public_id}


def make_answer_template(**fields: Any) -> AnswerTemplate:
    """A template of an answer, by default for every unit and item."""
    said = {
        "title": "已协调招聘",
        "text": "{诉求人}：您于{登记日期}提出的诉求{编号}已协调。",
        "made_at": at(),
    }
    return AnswerTemplate.objects.create(**{**said, **fields})


def template_for_all() -> dict[str, Any]:
    """Arguments of the page of a template for every unit."""
    return {"public_id": make_answer_template().public_id}


def green_case() -> dict[str, Any]:
    """Arguments of the pages of a case on the green channel that 浏阳's desk works on."""
    make_edition("green-channel", kind="green_channel")
    return {"public_id": make_case(item="green-channel", state=State.ACCEPTED).public_id}


def promised_permit() -> dict[str, Any]:
    """Arguments of the page of a permit of such a case."""
    of_case = green_case()
    case = Case.objects.get(**of_case)
    words = PermitWords("环评批复", "市生态环境局", PermitState.APPLIED)
    permit = record_permit(case, words, actor=make_officer("liuyang"), at=at())
    return {**of_case, "permit_id": permit.public_id}


def knot_in_liuyang() -> dict[str, Any]:
    """Arguments of the page of a knot of 浏阳 that waits for a decision."""
    knot = Knot.objects.create(
        title="浏阳市用工", item="request", topic="work", prefecture="430181", made_at=at()
    )
    return {"public_id": knot.public_id}
