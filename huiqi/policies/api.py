"""The policies' part of the public API: catalogue, one policy, facts, judging. Nothing is stored.

What judging answers is the command line's contract, so that both edges say the same.
"""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Field, FilterSchema, Query, Router, Schema
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from huiqi.accounts.bearer import ProblemOut
from huiqi.core import clock
from huiqi.core.dates import readable
from huiqi.policies.queries import wording
from huiqi.policies.queries.catalogue import Filters, find
from huiqi.policies.queries.contract import facts_json, verdicts_json
from huiqi.policies.queries.figures import bound_words, figure_name
from huiqi.policies.queries.policy_page import edition_span, policy_page
from huiqi.policies.queries.states import state_on
from huiqi.reference.judging import judge, parse_facts, rulebook
from huiqi.rules.policy import Edition, Group, Leaf, Parameter, Policy
from huiqi.rules.problems import FactsError, Problem

router = Router(tags=["政策"])
MOST_PER_PAGE = 100
MOST_FACTS = 500
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


def _text_only(value: object) -> object:
    # A number would be taken for seconds since 1970, and a wrong day for a judgement.
    if isinstance(value, int | float):
        raise PydanticCustomError("date_type", "a date is text such as 2020-03-01")
    return value


Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY), BeforeValidator(_text_only)]
Clause = Literal["一", "二", "三", "四", "五", "六", "七", "八", "九"]
Nature = Literal["cash", "saving", "deferral", "credit", "status", "service", "rule"]
GrantMode = Literal["auto", "confirm", "filing", "application", "rule", "service"]
Role = Literal["decide", "recommend", "coordinate", "inform"]
AuthorityKind = Literal["tax", "social", "industry", "finance", "bank", "other"]
State = Literal["live", "not_in_force", "ended"]
Standing = Literal["live", "open", "draft"]
Status = Literal["eligible", "ineligible", "unknown", "not_in_force", "draft"]


ERRORS: dict[int, Any] = {400: ProblemOut, 422: ProblemOut}


class PolicyFilters(FilterSchema):
    """What to look for; a repeated parameter means any of its values."""

    q: str = Field("", max_length=100, description="词语、文号或拼音首字母，空格分开的词都要出现")
    clause: list[Clause] = Field([], description="对应措施")
    nature: list[Nature] = Field([], description="得到什么")
    mode: list[GrantMode] = Field([], description="怎么得到")
    authority: list[AuthorityKind] = Field([], description="认定机关类别")
    role: list[Role] = Field([], description="我办角色")
    state: list[State] = Field([], description="所选日期的有效期")
    standing: list[Standing] = Field([], description="能否判断")
    on: Day | None = Field(None, description="按哪一天，默认为本站的基准日")
    limit: int = Field(20, ge=1, le=MOST_PER_PAGE, description="每页条数，最多100")
    offset: int = Field(0, ge=0, le=1_000_000, description="跳过的条数")


class PolicyBrief(Schema):
    """A policy as the catalogue lists it."""

    id: str
    title: str
    summary: str
    clauses: list[str]
    documents: list[str]
    authority: str
    authority_kinds: list[str]
    role: str
    grant_mode: str
    nature: str
    state: State
    standing: str
    edition: str | None
    period: str


class PolicyList(Schema):
    """A page of the catalogue; `total` counts all that fit."""

    total: int
    on: date
    items: list[PolicyBrief]


class ConditionOut(Schema):
    """A condition; `expr` is the rulebook's expression, only at leaves."""

    id: str
    kind: Literal["all", "any", "leaf"]
    text: str
    article: str | None
    judgement: bool
    expr: str | None
    children: list["ConditionOut"]


class PartOut(Schema):
    """A component or an alternative of the amount."""

    id: str
    text: str
    amount: str


class BenefitOut(Schema):
    """What one gets; `amount` is an expression in fen, `formula` the same in Chinese."""

    nature: str
    amount: str | None
    formula: str
    floor: bool
    per: str | None
    cap: str | None
    payer: str | None
    excludes: str | None
    note: str | None
    parts: list[PartOut]
    alternatives: list[PartOut]


class FigureOut(Schema):
    """A figure of the law; `value` is in words, `待补` when nobody has found it."""

    id: str
    name: str
    unit: str
    value: str
    since: date | None
    confidence: str
    source: str


class EditionOut(Schema):
    """An edition: in force `start` to `end`, known since `known_on`."""

    id: str
    known_on: date | None
    start: date | None
    end: date | None
    supersedes: str | None
    confidence: str | None
    note: str | None


class SourceOut(Schema):
    """Where the content comes from."""

    title: str | None
    url: str | None
    confidence: str | None


class DeadlineOut(Schema):
    """Until when; `on` only where the day is fixed."""

    text: str
    on: date | None


class PolicyFull(PolicyBrief):
    """The whole content of a policy, by its edition of the day."""

    title_en: str | None
    governed_by: str
    conditions: ConditionOut
    optional: list[ConditionOut]
    benefit: BenefitOut
    parameters: list[FigureOut]
    editions: list[EditionOut]
    papers: list[str]
    where: str | None
    deadline: DeadlineOut | None
    gaps: list[str]
    readings: list[str]
    confidence: str
    confidence_note: str | None
    sources: list[SourceOut]


class FactOut(Schema):
    """A fact one may give; bounds are real values, `values` the choices of an enumeration."""

    id: str
    type: Literal["int", "ratio", "date", "bool", "enum", "code"]
    unit: str
    scale: int
    min: int | str | None
    max: int | str | None
    derived: bool
    label: str
    note: str
    values: dict[str, str]


class JudgeIn(Schema):
    """A firm's situation on a day."""

    model_config = {"extra": "forbid"}
    facts: dict[str, Any] = Field(
        description="事实编号 → 值：整数、true/false、文本（日期、代码、选项、比率）；null 或不写表示不知道",
        max_length=MOST_FACTS,
    )
    on: Day = Field(description="按哪一天判断")
    known_on: Day | None = Field(None, description="按哪一天已公布的政策，默认同 on")
    policies: list[str] | None = Field(None, max_length=200, description="只判断这些政策，默认全部")


class NodeOut(Schema):
    """A condition with its result: true passes, false fails, null is not known."""

    id: str
    kind: Literal["all", "any", "leaf"]
    result: bool | None
    text: str
    article: str | None
    children: list["NodeOut"]


class VerdictOut(Schema):
    """One policy's verdict; `amount_fen` is null unless eligible and computable."""

    policy: str
    edition: str | None
    status: Status
    assurance: Literal["listed", "confirmed", "claimed"] | None
    amount_fen: int | None
    nature: str
    conditions: NodeOut | None
    ask_for: list[str]


@router.get(
    "/policies",
    response={200: PolicyList, **ERRORS},
    operation_id="policies_list",
    summary="政策目录：搜索、筛选、分页",
)
def list_policies(request: HttpRequest, filters: Query[PolicyFilters]) -> dict[str, Any]:
    """按词语或拼音首字母搜索，按措施、机关、性质、有效期筛选。"""
    on = filters.on or clock.today()
    names = ("clause", "nature", "mode", "authority", "role", "state", "standing")
    chosen = {name: tuple(getattr(filters, name)) for name in names if getattr(filters, name)}
    rows = find(Filters(filters.q, chosen), on).rows
    page = rows[filters.offset : filters.offset + filters.limit]
    return {
        "total": len(rows),
        "on": on,
        "items": [_brief(row.policy, row.state, row.edition) for row in page],
    }


@router.get(
    "/policies/{policy_id}",
    response={200: PolicyFull, 404: ProblemOut, **ERRORS},
    operation_id="policies_get",
    summary="一项政策的全部内容",
)
def get_policy(
    request: HttpRequest,
    policy_id: str,
    on: Annotated[Day | None, Query(description="按哪一天的版本")] = None,
) -> dict[str, Any]:
    """条件、金额公式、版本、标准和来源；默认按本站基准日的版本。"""
    policy = rulebook().policies.get(policy_id)
    if policy is None:
        raise Http404(policy_id)
    return _full(policy, on or clock.today())


@router.get("/facts", response=list[FactOut], operation_id="facts_list", summary="事实目录：可以提交哪些情况")
def list_facts(request: HttpRequest) -> list[dict[str, Any]]:
    """每项情况的类型、单位、上下限和选项；derived 为真的可以不填，由其他情况推算。"""
    facts = rulebook().catalogue.facts
    return [
        {
            **row,
            "label": facts[row["id"]].label,
            "note": facts[row["id"]].note,
            "values": facts[row["id"]].values,
        }
        for row in facts_json(rulebook().catalogue)
    ]


@router.post(
    "/judge",
    response={200: list[VerdictOut], 413: ProblemOut, **ERRORS},
    operation_id="policies_judge",
    summary="判断一家企业可享受哪些政策",
)
def judge_firm(request: HttpRequest, payload: JudgeIn) -> list[dict[str, Any]]:
    """返回每项政策的结论、金额（分）、逐条理由和还缺的情况。提交的内容不保存、不写入日志。"""
    chosen = payload.policies if payload.policies is not None else list(rulebook().policies)
    unknown = [name for name in chosen if name not in rulebook().policies]
    if unknown:
        raise FactsError(
            [Problem("policies", f"没有“{readable(name, 80)}”这项政策", "请查政策目录") for name in unknown]
        )
    facts = parse_facts(payload.facts)
    found = judge(payload.on, payload.known_on)
    if payload.policies is None:
        return verdicts_json(found.explain_all(facts))
    return verdicts_json(found.explain(facts, name) for name in dict.fromkeys(chosen))


# --- shapes ---------------------------------------------------------------------------------------
def _brief(policy: Policy, state: str, edition: Edition | None) -> dict[str, Any]:
    return {
        "id": policy.id,
        "title": policy.title,
        "summary": policy.summary,
        "clauses": list(policy.clauses),
        "documents": list(policy.documents),
        "authority": policy.authority,
        "authority_kinds": list(wording.authority_kinds(policy.authority)),
        "role": policy.role,
        "grant_mode": policy.grant_mode,
        "nature": policy.benefit.nature,
        "state": state,
        "standing": policy.standing,
        "edition": edition.id if edition and state == "live" else None,
        "period": edition_span(edition) if edition else "",
    }


def _full(policy: Policy, on: date) -> dict[str, Any]:
    page = policy_page(policy, on, on)
    state, edition = state_on(policy, on, on)
    return {
        **_brief(policy, state, edition),
        "title_en": policy.title_en,
        "governed_by": policy.governed_by,
        "conditions": _condition(page.edition.conditions),
        "optional": [_condition(leaf) for leaf in page.edition.optional],
        "benefit": _benefit(page.edition, page.money.formula),
        "parameters": [row for parameter in page.edition.parameters.values() for row in _figures(parameter)],
        "editions": [_edition(one) for one in policy.editions],
        "papers": list(policy.papers),
        "where": policy.where,
        "deadline": {"text": policy.deadline.text, "on": policy.deadline.on} if policy.deadline else None,
        "gaps": list(policy.gaps),
        "readings": list(policy.readings),
        "confidence": policy.confidence,
        "confidence_note": policy.confidence_note,
        "sources": [{"title": s.title, "url": s.url, "confidence": s.confidence} for s in policy.sources],
    }


def _condition(node: Group | Leaf) -> dict[str, Any]:
    is_leaf = isinstance(node, Leaf)
    return {
        "id": node.id,
        "kind": node.kind,
        "text": node.text,
        "article": node.article,
        "judgement": node.judgement if isinstance(node, Leaf) else False,
        "expr": node.expr if isinstance(node, Leaf) else None,
        "children": [] if is_leaf else [_condition(child) for child in getattr(node, "children", ())],
    }


def _benefit(edition: Edition, formula: str) -> dict[str, Any]:
    benefit = edition.benefit
    return {
        "nature": benefit.nature,
        "amount": benefit.amount,
        "formula": formula,
        "floor": benefit.floor,
        "per": benefit.per,
        "cap": benefit.cap,
        "payer": benefit.payer,
        "excludes": benefit.excludes,
        "note": benefit.note,
        "parts": [{"id": part.id, "text": part.text, "amount": part.amount} for part in benefit.parts],
        "alternatives": [{"id": p.id, "text": p.text, "amount": p.amount} for p in benefit.alternatives],
    }


def _figures(parameter: Parameter) -> list[dict[str, Any]]:
    return [
        {
            "id": parameter.id,
            "name": figure_name(parameter),
            "unit": parameter.unit,
            "value": bound_words(parameter, entry.value),
            "since": entry.from_,
            "confidence": entry.confidence,
            "source": entry.source,
        }
        for entry in parameter.dated
    ]


def _edition(edition: Edition) -> dict[str, Any]:
    return {
        "id": edition.id,
        "known_on": edition.known_on,
        "start": edition.from_,
        "end": edition.to,
        "supersedes": edition.supersedes,
        "confidence": edition.confidence,
        "note": edition.note,
    }
