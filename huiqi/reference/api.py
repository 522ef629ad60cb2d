"""The public API of the code lists: divisions, industries, size class, working days. config/api.py mounts it.

Input that is well-formed but wrong (an unknown code, a day that does not exist) is answered 422 with a
Chinese sentence, an absent entry 404.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from huiqi.core import clock
from huiqi.core.dates import parse_date
from huiqi.core.errors import Refused
from huiqi.reference import queries
from huiqi.reference.models import Division
from huiqi.reference.size_class import SizeClass
from huiqi.reference.terms import parse_calendar, parse_region
from huiqi.reference.working_days import Basis, due, working_days_between

divisions_router = Router(tags=["行政区划"])
industries_router = Router(tags=["国民经济行业"])
size_class_router = Router(tags=["企业划型"])
workdays_router = Router(tags=["工作日"])

MOST_PEOPLE = 100_000_000
# 1,000 万亿元: far beyond any firm, and safely inside 64 bits.
MOST_FEN = 10**17

Question = Annotated[
    str, Query(max_length=200, description="名称、其中几个字、拼音首字母、全拼或代码", examples=["口罩"])
]
Limit = Annotated[int, Query(ge=1, le=queries.MOST_RESULTS, description="最多返回几条")]
OnDay = Annotated[str, Query(max_length=40, description="按该日的区划，如 2020-03-01；空为现行区划")]
DayText = Annotated[
    str, Query(max_length=40, description="日期，如 2020-01-22 或 2020年1月22日", examples=["2020-01-22"])
]
KnownOn = Annotated[str, Query(max_length=40, description="按该日已公布的节假日安排推算；空为今天")]
CalendarText = Annotated[
    Literal["office", "enterprise"], Query(description="office 机关日历，enterprise 企业日历")
]
RegionText = Annotated[
    str, Query(max_length=20, description="六位区划代码；空为全国统一安排", examples=["430181"])
]
Level = Literal["province", "prefecture", "county"]


def _no_boolean(given: object) -> object:
    """JSON's true and false are not the counts 1 and 0, though Python thinks so."""
    if isinstance(given, bool):
        raise PydanticCustomError("int_type", "应为整数")
    return given


Count = Annotated[int, BeforeValidator(_no_boolean)]


class FaultOut(Schema):
    """One thing to mend: where, what, how."""

    place: str
    message: str
    remedy: str = ""


class RefusalOut(Schema):
    """An error answer (RFC 9457): `code` for programs, `title` a Chinese sentence for people."""

    type: str
    status: int
    code: str
    title: str
    errors: list[FaultOut] = []


INVALID: dict[int, Any] = {422: RefusalOut}
ABSENT: dict[int, Any] = {404: RefusalOut, 422: RefusalOut}
UNREADABLE: dict[int, Any] = {400: RefusalOut, 422: RefusalOut}


class DivisionOut(Schema):
    """One division. `valid_to` is the first day on which it no longer existed."""

    code: str = Field(description="六位代码", examples=["430181"])
    name: str = Field(examples=["浏阳市"])
    full_name: str = Field(examples=["湖南省长沙市浏阳市"])
    level: Level
    parent: str | None = Field(description="上级代码", alias="parent_id")
    valid_from: date | None = Field(description="设立日期，未知或自始为空")
    valid_to: date | None = Field(description="撤销日期，现行为空")


class BranchOut(Schema):
    """One step of the way from the section down to an entry."""

    code: str
    name: str


class IndustryOut(Schema):
    """One entry of GB/T 4754-2017."""

    code: str = Field(description="代码，不带门类字母", examples=["3411"])
    full_code: str = Field(description="带门类字母的代码", examples=["C3411"])
    name: str = Field(examples=["锅炉及辅助设备制造"])
    level: int = Field(description="1 门类 2 大类 3 中类 4 小类", ge=1, le=4)
    section: str = Field(description="门类字母", examples=["C"])
    path: list[BranchOut] = Field(description="自门类至本级")


class IndustryDetail(IndustryOut):
    """An entry with those right below it."""

    children: list[BranchOut]

    @staticmethod
    def resolve_children(entry: queries.IndustryPath) -> list[queries.IndustryPath]:
        return queries.industry_children(entry.code)


class SizeClassIn(Schema):
    """What a firm states; money in fen, null = not known."""

    gb_code: Annotated[str, StringConstraints(max_length=20)] = Field(
        "", description="行业代码，可带门类字母", examples=["C3411"]
    )
    employees: Count | None = Field(None, ge=0, le=MOST_PEOPLE, description="从业人员（人）", examples=[300])
    revenue_fen: Count | None = Field(
        None, ge=0, le=MOST_FEN, description="营业收入（分）", examples=[2_000_000_000]
    )
    assets_fen: Count | None = Field(None, ge=0, le=MOST_FEN, description="资产总额（分）")


class IndicatorOut(Schema):
    """One indicator against the bound it met or missed."""

    name: str
    value: str
    bound: str
    met: bool | None


class SizeClassOut(Schema):
    """The size class and why."""

    size_class: Literal["large", "medium", "small", "micro", "unclassified"]
    label: str = Field(examples=["中型"])
    group: int = Field(description="划型行业组1至16，0为未列入划型", ge=0, le=16)
    group_label: str = Field(examples=["工业"])
    text: str = Field(description="一句话说明")
    indicators: list[IndicatorOut]
    missing: list[str] = Field(description="缺少的事实 id")


class DueOut(Schema):
    """The end of a term."""

    due: date
    explanation: str
    provisional: bool = Field(description="真：涉及尚未公布节假日安排的年份，日后可能变化")


class CountOut(Schema):
    """Working days between two days."""

    days: int = Field(description="起始日之后至截止日（含）的工作日数；截止日在前时为负")


@contextmanager
def _said_as_invalid() -> Iterator[None]:
    """Refused input is an invalid request here (422), not a conflict (409)."""
    try:
        yield
    except Refused as refusal:
        raise ValidationError(refusal.message, code=refusal.code) from refusal


# --- divisions ------------------------------------------------------------------------------------


@divisions_router.get(
    "",
    response={200: list[DivisionOut], **INVALID},
    by_alias=False,
    operation_id="divisions_list",
    summary="列出本省区划",
)
def list_divisions(
    request: HttpRequest,
    level: Annotated[Level | None, Query(description="只列某一级")] = None,
    parent: Annotated[str, Query(max_length=6, description="只列某上级之下")] = "",
    on: OnDay = "",
) -> list[Division]:
    """省、市州、县市区，按代码排列。默认现行区划，也可按某日的区划。"""
    with _said_as_invalid():
        found = queries.divisions(parse_date(on) if on else None)
    if level:
        found = found.filter(level=level)
    if parent:
        # Only a known code reaches the database: PostgreSQL refuses NUL, SQLite lone surrogates.
        return list(found.filter(parent_id=parent)) if queries.division(parent) else []
    return list(found)


@divisions_router.get(
    "/search",
    response={200: list[DivisionOut], **INVALID},
    by_alias=False,
    operation_id="divisions_search",
    summary="查找区划",
)
def search_divisions(request: HttpRequest, q: Question, limit: Limit = 20) -> list[Division]:
    """按名称、拼音、首字母或代码查找，最相符的在前；历史区划也能查到。"""
    return queries.search_divisions(q, limit)


@divisions_router.get(
    "/{code}",
    response={200: DivisionOut, **ABSENT},
    by_alias=False,
    operation_id="divisions_get",
    summary="取一个区划",
)
def get_division(request: HttpRequest, code: str) -> Division:
    """按六位代码取区划，现行或历史。"""
    found = queries.division(code)
    if found is None:
        raise Http404
    return found


# --- industries -----------------------------------------------------------------------------------


@industries_router.get(
    "", response={200: list[IndustryOut], **ABSENT}, operation_id="industries_list", summary="逐级列出行业"
)
def list_industries(
    request: HttpRequest,
    parent: Annotated[str, Query(max_length=10, description="上级代码，如 C 或 34；空则列20个门类")] = "",
) -> list[queries.IndustryPath]:
    """国民经济行业分类 GB/T 4754-2017 的一层。"""
    if parent and queries.industry(parent) is None:
        raise Http404
    return queries.industry_children(parent)


@industries_router.get(
    "/search",
    response={200: list[IndustryOut], **INVALID},
    operation_id="industries_search",
    summary="查找行业",
)
def search_industries(
    request: HttpRequest,
    q: Question,
    limit: Limit = 20,
    classes_only: Annotated[bool, Query(description="只要四位小类")] = False,
) -> list[queries.IndustryPath]:
    """按名称、常用说法（如“饭店”“口罩”）、拼音或代码查找，最相符的在前。"""
    return queries.search_industries(q, limit, classes_only=classes_only)


@industries_router.get(
    "/{code}", response={200: IndustryDetail, **ABSENT}, operation_id="industries_get", summary="取一个行业"
)
def get_industry(request: HttpRequest, code: str) -> queries.IndustryPath:
    """按代码（可带门类字母）取行业，连同上级路径和下级。"""
    found = queries.industry(code)
    if found is None:
        raise Http404
    return found


# --- size class -----------------------------------------------------------------------------------


def _size_class(stated: SizeClassIn) -> SizeClass:
    with _said_as_invalid():
        return queries.explain_size_class(
            stated.gb_code, stated.employees, stated.revenue_fen, stated.assets_fen
        )


@size_class_router.get(
    "", response={200: SizeClassOut, **INVALID}, operation_id="size_class_get", summary="企业划型"
)
def get_size_class(request: HttpRequest, filters: Query[SizeClassIn]) -> SizeClass:
    """按工信部联企业〔2011〕300号和国家统计局2017年划分办法划型，并说明理由。缺数据不等于大型。"""
    return _size_class(filters)


@size_class_router.post(
    "",
    response={200: SizeClassOut, **UNREADABLE},
    operation_id="size_class_post",
    summary="企业划型（不入网址）",
)
def post_size_class(request: HttpRequest, payload: SizeClassIn) -> SizeClass:
    """同上；经营数据放在请求体里，不留在网址和日志中。"""
    return _size_class(payload)


# --- working days ---------------------------------------------------------------------------------


def _basis(known_on: str, calendar: str, region: str) -> Basis:
    return Basis(
        parse_date(known_on) if known_on else clock.today(), parse_calendar(calendar), parse_region(region)
    )


@workdays_router.get(
    "/due", response={200: DueOut, **INVALID}, operation_id="workdays_due", summary="推算办结日期"
)
def workdays_due(
    request: HttpRequest,
    received: DayText,
    days: Annotated[int, Query(ge=0, le=3650, description="工作日数", examples=[5])],
    known_on: KnownOn = "",
    calendar: CalendarText = "office",
    region: RegionText = "",
) -> object:
    """自收到之日的次日起算，说明扣除了哪些假期。"""
    with _said_as_invalid():
        return due(parse_date(received), days, _basis(known_on, calendar, region))


@workdays_router.get(
    "/between",
    response={200: CountOut, **INVALID},
    operation_id="workdays_between",
    summary="两日之间的工作日数",
)
def workdays_between(
    request: HttpRequest,
    start: DayText,
    end: DayText,
    known_on: KnownOn = "",
    calendar: CalendarText = "office",
    region: RegionText = "",
) -> dict[str, int]:
    """起始日次日至截止日（含）的工作日数。"""
    with _said_as_invalid():
        basis = _basis(known_on, calendar, region)
        return {"days": working_days_between(parse_date(start), parse_date(end), basis)}
