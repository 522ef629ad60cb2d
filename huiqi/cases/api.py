"""Requests for programs: what can be asked, asking once however often it is sent, and how a case stands."""

from typing import Annotated, Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Header, Router, Schema, Status
from ninja.errors import HttpError, ValidationError
from ninja.security import SessionAuth

from huiqi.accounts.bearer import Bearer, ProblemOut
from huiqi.accounts.commands.tries import TryLater
from huiqi.accounts.models import ApiScope, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.accounts.queries.sign_in import address_digest
from huiqi.cases.commands.drafts import new_code
from huiqi.cases.commands.intake import Asked, open_case
from huiqi.cases.commands.proving import prove_code
from huiqi.cases.forms.posted import Faulty, asked_for_own_firm, asked_on_behalf
from huiqi.cases.items.definition import ItemDefinition
from huiqi.cases.models import Case, ItemEdition
from huiqi.cases.public_words import public_word
from huiqi.cases.queries.items import current_edition, offered_items, session_of_edition
from huiqi.cases.queries.promises import promises
from huiqi.core import audit, clock, crypto
from huiqi.core.idempotency import once
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.queries.people import memberships_of
from huiqi.questionnaires.xform.definition import Kind

router = Router(tags=["诉求"])
KEY_LENGTH = 80


class SignedIn(SessionAuth):
    """The session of the site. Writes bring its CSRF token in `X-CSRFToken`."""

    def __call__(self, request: HttpRequest) -> Any:
        """Who is signed in; a visitor is told so before anything else is looked at."""
        if not request.user.is_authenticated:
            raise HttpError(401, "请在 Authorization 中带上访问令牌，或先登录，再用同一会话调用本接口。")
        try:
            return super().__call__(request)
        except HttpError as error:
            raise HttpError(403, "缺少 CSRF 令牌，或令牌已失效。请在 X-CSRFToken 中带上令牌再试。") from error


def _errors(*statuses: int) -> dict[int, Any]:
    return dict.fromkeys((400, 422, *statuses), ProblemOut)


# --- what can be asked ----------------------------------------------------------------------------------


class ChoiceOut(Schema):
    """A code and its words."""

    code: str
    label: str


class QuestionOut(Schema):
    """A question of an item; `asked_if` names the answer above that makes it matter."""

    id: str
    label: str
    kind: str
    help: str
    is_required: bool
    is_personal: bool
    choices: list[ChoiceOut]
    asked_if: ChoiceOut | None = None


class ItemOut(Schema):
    """A service item as it is offered today."""

    id: str
    edition: int
    title: str
    summary: str
    kind: str
    guide: str
    topics: list[ChoiceOut]
    fields: list[QuestionOut]
    form: list[QuestionOut] = []


@router.get(
    "/items", response=list[ItemOut], operation_id="cases_items", summary="事项目录：能提哪些诉求、要填什么"
)
def list_items(request: HttpRequest) -> list[dict[str, Any]]:
    """已发布、对公众开放的事项，按当前版本。金额按整数分填报。"""
    return [{**_item(row.definition, row.number), "form": _form(row)} for row in offered_items()]


def _item(definition: ItemDefinition, edition: int) -> dict[str, Any]:
    return {
        "id": definition.id,
        "edition": edition,
        "title": definition.title,
        "summary": definition.summary,
        "kind": definition.kind,
        "guide": definition.guide,
        "topics": [{"code": topic.id, "label": topic.title} for topic in definition.topics],
        "fields": [
            {
                "id": field.id,
                "label": field.label,
                "kind": field.kind.value,
                "help": field.help,
                "is_required": field.is_required,
                "is_personal": field.is_personal,
                "choices": [{"code": code, "label": label} for code, label in field.choices],
                "asked_if": dict(zip(("code", "label"), field.shown_if, strict=True))
                if field.shown_if
                else None,
            }
            for field in definition.fields
        ],
    }


def _form(edition: ItemEdition) -> list[dict[str, Any]]:
    """The questions of the item's questionnaire; when each is asked, the answers decide."""
    if edition.form_version is None:
        return []
    session = session_of_edition(edition, clock.now())
    return [
        {
            "id": path.rpartition("/")[2],
            "label": session.form.plain_label(path),
            "kind": question.kind.value,
            "help": "",
            "is_required": session.form.slots[path].bind.required is not None,
            "is_personal": False,
            "choices": [{"code": code, "label": label} for code, label in session.options(path)],
        }
        for path, question in session.form.questions.items()
        if question.kind is not Kind.NOTE
    ]


# --- asking ---------------------------------------------------------------------------------------------


class CaseIn(Schema):
    """A request. Firm people name one of their own firms in `firm`; staff who fill in for somebody say whose
    it is (`credit_code`, `firm_name`, `county`) and how they agreed (`consent`)."""

    model_config = {"extra": "forbid"}

    item: str = Field(max_length=40, description="事项编码，见 /cases/items")
    topic: str = Field("", max_length=40, description="主题编码")
    title: str = Field("", max_length=200, description="一句话说是什么事")
    text: str = Field("", max_length=8000, description="详细情况")
    name: str = Field("", max_length=200, description="联系人")
    phone: str = Field("", max_length=60, description="联系电话")
    firm: str = Field("", max_length=60, description="本人企业的标识；只有一家时不必填")
    credit_code: str = Field("", max_length=60, description="代填时：统一社会信用代码")
    no_code: bool = Field(False, description="代填时：没有统一社会信用代码")
    firm_name: str = Field("", max_length=200, description="代填时：单位名称")
    county: str = Field("", max_length=12, description="代填时：县市区代码，6位")
    consent: str = Field("", max_length=12, description="代填时：spoken 口头同意，written 书面委托")
    source_ref: str = Field("", max_length=60, description="来源编号：同一编号只登记一次")
    answers: dict[str, Any] = Field({}, description="事项各栏的回答；金额为整数分")
    form: dict[str, Any] = Field({}, description="事项所用问卷的回答，按题目名称；见事项目录的 form")


class CaseOut(Schema):
    """The case: its number, the query code, the desk that takes it up, and by when."""

    number: str
    code: str = Field(description="查询码；请交给诉求人，只在这里给出")
    office: str
    opened_at: str
    due_at: str | None


@router.post(
    "/",
    auth=[Bearer(ApiScope.CASES_CREATE), SignedIn()],
    response={201: CaseOut, **_errors(401, 403, 404, 409, 413, 429)},
    operation_id="cases_open",
    summary="提交一件诉求",
)
def post_case(
    request: HttpRequest,
    payload: CaseIn,
    idempotency_key: Annotated[
        str, Header(alias="Idempotency-Key", min_length=8, max_length=KEY_LENGTH, pattern=r"^[!-~]+$")
    ],
) -> Status[dict[str, Any]]:
    """同一幂等键重试，得到同一件诉求和同一个答复；同一键换了内容的，拒绝（409）。"""
    user: Any = request.user
    posted, today = payload.dict(), clock.today()
    is_staff = may(user, Power.TAKE_REQUESTS, today)
    firms = [] if is_staff else _own_firms(user)
    if not is_staff and not firms:
        raise HttpError(403, "您的账号没有代填诉求的权限，也还不是哪家企业的经办人。")

    def act() -> dict[str, Any]:
        return _opened(_asked(posted, user, firms), user)

    door = f"{today.isoformat()} {Power.TAKE_REQUESTS}" if is_staff else ""
    with audit.acting_as_then(user.public_id, door):
        answer = once(f"cases.api:{user.public_id}", idempotency_key, posted, act)
    return Status(201, _unsealed(answer))


def _own_firms(user: User) -> list[Enterprise]:
    """The firms the person acts for, with no more of them than a case takes: a firm's row is wide."""
    taken = ("public_id", "name", "credit_code", "prefecture", "park__public_id")
    fields = ("enterprise", "enterprise__park", *(f"enterprise__{name}" for name in taken))
    rows = memberships_of(user).only(*fields)
    return [row.enterprise for row in rows]


def _asked(posted: dict[str, Any], user: User, firms: list[Enterprise]) -> Asked:
    edition = current_edition(posted["item"])
    if edition is None or (firms and not edition.definition.is_open_to_public):
        raise _invalid([("item", "没有这个事项，或目前没有开放。请查 /cases/items")])
    try:
        if firms:
            return asked_for_own_firm(edition, posted, _own_firm(posted, firms), user, clock.now())
        seen = Enterprise.objects.visible_to(user, clock.today())
        return asked_on_behalf(edition, posted, seen, clock.now())
    except Faulty as faulty:
        raise _invalid(faulty.faults) from faulty


def _own_firm(posted: dict[str, Any], firms: list[Enterprise]) -> Enterprise:
    named = [firm for firm in firms if str(firm.public_id) == posted["firm"]]
    if named or (not posted["firm"] and len(firms) == 1):
        return (named or firms)[0]
    raise Faulty([("firm", "请填本人企业的标识：您不止一家企业，或这个标识不是您的企业")])


def _invalid(faults: list[tuple[str, str]]) -> ValidationError:
    places = [("body", "payload", *place.split(".")) if place else ("body",) for place, _said in faults]
    return ValidationError(
        [
            {"loc": loc, "type": "said", "msg": said}
            for loc, (_place, said) in zip(places, faults, strict=True)
        ]
    )


def _opened(asked: Asked, user: User) -> dict[str, Any]:
    """Open it. The answer is kept for retries, hence the code in it is sealed."""
    code = new_code()
    case = open_case(asked, actor=user, at=clock.now(), code=code)
    return {
        "number": case.number,
        "code": crypto.encrypt(code.encode()),
        "office": case.desk.name,
        "opened_at": case.opened_at.isoformat(),
        "due_at": case.due_at.isoformat() if case.due_at else None,
    }


def _unsealed(answer: dict[str, Any]) -> dict[str, Any]:
    try:
        return {**answer, "code": crypto.decrypt(answer["code"]).decode()}
    except crypto.Unreadable:  # the key was taken out of the ring since
        return {**answer, "code": ""}


# --- how it stands --------------------------------------------------------------------------------------


class NextOut(Schema):
    """What happens next, by when and by whom."""

    what: str
    by: str
    office: str


class StatusOut(Schema):
    """What anybody with number and code sees: no text, no names, no phone, no firm."""

    number: str
    status: str
    means: str
    office: str
    opened_at: str
    has_answer: bool
    next: list[NextOut]


class CodeIn(Schema):
    """The query code. In the body, because addresses end up in logs."""

    model_config = {"extra": "forbid"}

    code: str = Field(max_length=30, description="查询码，6位")


@router.post(
    "/{number}/status",
    response={200: StatusOut, **_errors(404, 413, 429)},
    operation_id="cases_status",
    summary="凭编号和查询码查进度",
)
def case_status(request: HttpRequest, number: str, payload: CodeIn) -> dict[str, Any]:
    """编号或查询码不对，答复相同（404）；试得太多要等一会儿（429）。试的次数要记下，所以用 POST。"""
    try:
        address = address_digest(get_adapter(request).get_client_ip(request))
    except PermissionDenied:  # no address is known: the tries count for the number alone
        address = ""
    try:
        case = prove_code(number[:30], _digits(payload.code), address=address, at=clock.wall_now())
    except TryLater:
        raise HttpError(429, "试的次数太多，请过一会儿再查，或打服务热线报编号查询。") from None
    if case is None:
        raise HttpError(404, "编号和查询码对不上。请核对这两项。")
    return _status(case)


@router.get(
    "/{number}",
    auth=[Bearer(ApiScope.CASES_READ), SignedIn()],
    response={200: StatusOut, **_errors(401, 403, 404, 429)},
    operation_id="cases_own_status",
    summary="查本账号提交的一件诉求",
)
def own_case_status(request: HttpRequest, number: str) -> dict[str, Any]:
    """本账号（或所属企业）提交的，以及本账号代填的，不用查询码；别人的答复404。"""
    user: Any = request.user
    asked, taken = Case.objects.asked_by(user), Case.objects.taken_by_person(user)
    rows = (asked | taken).select_related("edition", "desk", "lead")
    case = rows.filter(number=number[:30]).order_by("pk").first()
    if case is None:
        raise HttpError(404, "本账号没有提交过这个编号的诉求。请核对编号。")
    return _status(case)


def _digits(code: str) -> str:
    return "".join(str(int(char)) for char in code if char.isdecimal())


def _status(case: Case) -> dict[str, Any]:
    word = public_word(case)
    return {
        "number": case.number,
        "status": _(word.text),
        "means": _(word.means),
        "office": (case.lead or case.desk).name,
        "opened_at": case.opened_at.isoformat(),
        "has_answer": bool(case.answer),
        "next": [
            {"what": _(one.what), "by": one.by.isoformat(), "office": one.office}
            for one in promises(case, clock.now())
        ],
    }
