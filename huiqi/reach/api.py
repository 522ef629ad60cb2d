"""How far reliefs came, for programs: the funnel within the person's scope."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from huiqi.accounts.bearer import TOKEN_ERRORS, Bearer, PageAsked, person_with
from huiqi.accounts.models import ApiScope
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.core import clock
from huiqi.reach.models import Journey
from huiqi.reach.queries.entitled import register_in
from huiqi.reach.queries.funnel import Funnel, funnels

router = Router(tags=["政策直达"], auth=Bearer(ApiScope.REACH_READ))


class StepOut(Schema):
    """One step: how many firms came at least so far, how many stand there, the median of working days."""

    step: str
    firms: int
    here: int
    median_days: int | None
    measured: int


class RegisterOut(Schema):
    """What the newest run of the same edition found."""

    eligible: int
    claimed: int
    unknown: int


class FunnelOut(Schema):
    """One policy edition, in one county (`county`) or everywhere in the scope (""); amounts in fen."""

    policy: str
    title: str
    authority: str
    edition: str
    county: str
    county_name: str
    steps: list[StepOut]
    refused: int
    own_word: int = Field(description="已享受或到账中只有企业自己说的")
    amount_fen: int | None
    reasons: dict[str, int] = Field(description="还没到的原因与家数")
    by_register: RegisterOut | None = Field(description="按最近一次同版本的全省测算；没有则为空")


class FunnelPage(Schema):
    """Funnels by policy; `total` counts all that fit."""

    total: int
    items: list[FunnelOut]


class FunnelAsked(PageAsked):
    """Which funnels."""

    by: Literal["policy", "county"] = Field("policy", description="按政策，或按政策和县市区")
    policy: str = Field("", max_length=60, pattern=r"^[a-z0-9-]*$", description="只看一项政策")


@router.get(
    "/funnel",
    response={200: FunnelPage, **TOKEN_ERRORS},
    operation_id="reach_funnel",
    summary="政策直达进度：符合、告知、申请、认定、到位",
    url_name="get_funnel",
)
def get_funnel(request: HttpRequest, filters: Query[FunnelAsked]) -> dict[str, Any]:
    """只统计令牌所属账号看得到的企业；每家企业只在最远的一步。"""
    user, today = person_with(request, Power.VIEW_REACH), clock.today()
    rows = Journey.objects.visible_to(user, today)
    if filters.policy:
        rows = rows.filter(policy=filters.policy)
    by_county = filters.by == "county"
    register = register_in(scope_with(user, Power.VIEW_REACH, today), by_county=by_county)
    found = funnels(rows, today, by_county=by_county, register=register)
    part = found[filters.offset : filters.offset + filters.limit]
    return {"total": len(found), "items": [_told(one) for one in part]}


def _told(one: Funnel) -> dict[str, Any]:
    plain = ("policy", "title", "authority", "edition", "county", "county_name", "refused", "own_word")
    return {
        **{name: getattr(one, name) for name in (*plain, "amount_fen")},
        "steps": [
            {
                "step": bar.step.value,
                "firms": bar.firms,
                "here": bar.here,
                "median_days": bar.days,
                "measured": bar.measured,
            }
            for bar in one.bars
        ],
        "reasons": {reason.value: firms for reason, firms in one.reasons},
        "by_register": one.register,
    }
