"""Runs over the register for programs: which there are, what one found in the person's scope, its firms."""

from datetime import date, datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from huiqi.accounts.bearer import TOKEN_ERRORS, Bearer, PageAsked, person_with
from huiqi.accounts.models import ApiScope
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.core import clock
from huiqi.enterprises.models import Enterprise
from huiqi.runs.models import Run, RunState
from huiqi.runs.queries.firms import Sought, hits, read_hits
from huiqi.runs.queries.totals import policy_lines

router = Router(tags=["测算"], auth=Bearer(ApiScope.RUNS_READ))


class RunBrief(Schema):
    """A run: what was judged, when, how far it is."""

    id: str = Field(alias="public_id")
    purpose: str
    state: str
    on: date
    known_on: date
    is_whole: bool = Field(description="是否测算了全部政策")
    firms: int
    rulebook: str
    snapshot: str
    digest: str = Field(description="结果摘要；同一快照、规则和程序重做得到同一摘要")
    created_at: datetime
    finished_at: datetime | None


class RunPage(Schema):
    """Runs, newest first; `total` counts all."""

    total: int
    items: list[RunBrief]


class PolicyCounts(Schema):
    """One policy within the scope; amounts in fen. `status` when it was not judged."""

    policy: str
    title: str
    nature: str
    authority: str
    edition: str | None
    status: str | None
    firms: int
    eligible: int
    claimed: int = Field(description="初步符合中按企业自报的")
    listed: int = Field(description="初步符合中按认定名单的")
    unknown: int
    near: int
    amount_fen: int


class RunFull(RunBrief):
    """A run with its policies, in the order of the rulebook; none before it is done."""

    policies: list[PolicyCounts]


class VerdictFirm(Schema):
    """A firm as the run found it; `failed` and `unknown` hold ids of conditions."""

    firm: str
    name: str
    credit_code: str | None
    status: str
    assurance: str
    amount_fen: int | None
    near: bool
    failed: list[str]
    unknown: list[str]


class VerdictPage(Schema):
    """Firms of one policy; `total` counts those of the run, of which merged ones are left out of `items`."""

    total: int
    items: list[VerdictFirm]


class VerdictsAsked(PageAsked):
    """Which firms of a policy."""

    status: Literal["eligible", "unknown", "near", "ineligible"] = Field("eligible", description="判断结果")
    region: str = Field("", pattern=r"^([0-9]{4}|[0-9]{6})?$", description="市州4位或县市区6位代码")


@router.get(
    "/",
    response={200: RunPage, **TOKEN_ERRORS},
    operation_id="runs_list",
    summary="测算有哪些",
    url_name="list_runs",
)
def list_runs(request: HttpRequest, filters: Query[PageAsked]) -> dict[str, Any]:
    """按发起先后，最近的在前。"""
    person_with(request, Power.VIEW_RUNS)
    rows = Run.objects.order_by("-pk")
    return {"total": rows.count(), "items": list(rows[filters.offset : filters.offset + filters.limit])}


@router.get(
    "/{public_id}",
    response={200: RunFull, **TOKEN_ERRORS},
    operation_id="runs_get",
    summary="一次测算的结果：各政策的合计",
    url_name="get_run",
)
def get_run(request: HttpRequest, public_id: str) -> dict[str, Any]:
    """只统计令牌所属账号看得到的企业；金额单位为分，不同性质的金额不要相加。"""
    user = person_with(request, Power.VIEW_RUNS)
    run = get_object_or_404(Run, public_id=_plain(public_id))
    is_done = run.state == RunState.DONE
    lines = policy_lines(run, scope_with(user, Power.VIEW_RUNS, clock.today())) if is_done else []
    return {**_brief(run), "policies": [_counts(run, line) for line in lines]}


@router.get(
    "/{public_id}/policies/{policy}/verdicts",
    response={200: VerdictPage, **TOKEN_ERRORS},
    operation_id="runs_verdicts",
    summary="一项政策的逐户判断",
    url_name="list_verdicts",
)
def list_verdicts(
    request: HttpRequest, public_id: str, policy: str, filters: Query[VerdictsAsked]
) -> dict[str, Any]:
    """账号要有导出企业的权限。初步符合不等于认定，由认定机关决定。"""
    user = person_with(request, Power.VIEW_RUNS, Power.EXPORT_FIRMS)
    run = get_object_or_404(Run.objects.done(), public_id=_plain(public_id))
    if policy not in run.policies or run.plan_of(policy)["status"] is not None:
        raise Http404
    # Programs take rows along as an export does: of firms that both powers reach.
    seen, taken = (scope_with(user, power, clock.today()) for power in (Power.VIEW_RUNS, Power.EXPORT_FIRMS))
    places = list(hits(run, Sought(policy, filters.status, filters.region), seen))
    found = list(read_hits(run, policy, places, filters.offset, filters.limit))
    firms = Enterprise.objects.present().filter(seen.rows(), taken.rows())
    rows = firms.filter(public_id__in=[hit.public_id for hit in found]).order_by("pk")
    known = {row.public_id: row for row in rows.only("public_id", "name", "credit_code")}
    items = [
        {
            "firm": hit.public_id,
            "name": known[hit.public_id].name,
            "credit_code": known[hit.public_id].credit_code,
            "status": hit.status,
            "assurance": hit.assurance,
            "amount_fen": hit.amount_fen,
            "near": hit.near,
            "failed": list(hit.failed),
            "unknown": list(hit.unknown),
        }
        for hit in found
        if hit.public_id in known
    ]
    return {"total": sum(len(some) for _number, some in places), "items": items}


def _plain(text: str) -> str:
    """A name that no database stumbles over: PostgreSQL refuses NUL in a text."""
    if "\0" in text:
        raise Http404
    return text


def _brief(run: Run) -> dict[str, Any]:
    return {name: getattr(run, name) for name in ("public_id", *RunBrief.model_fields) if name != "id"}


def _counts(run: Run, line: Any) -> dict[str, Any]:
    counts = ("firms", "eligible", "claimed", "listed", "unknown", "near", "amount_fen")
    return {
        **{name: getattr(line, name) for name in ("policy", "title", "nature", "authority", "status")},
        "edition": run.plan_of(line.policy)["edition"],
        **{name: getattr(line.counts, name) for name in counts},
    }
