"""Lists for programs: batches the person may open and the firms on them that lie in the person's scope."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from huiqi.accounts.bearer import TOKEN_ERRORS, Bearer, PageAsked, person_with
from huiqi.accounts.models import ApiScope
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.lists.models import Entry, ListBatch

router = Router(tags=["名单"], auth=Bearer(ApiScope.LISTS_READ))


class BatchOut(Schema):
    """One batch of a kind of list, with its document and days."""

    id: str = Field(alias="public_id")
    kind: str
    title: str
    issuer: str
    document: str
    state: str
    is_import: bool
    valid_from: date | None
    valid_to: date | None
    published_on: date | None


class BatchPage(Schema):
    """Batches, newest first; `total` counts all that fit."""

    total: int
    items: list[BatchOut]


class BatchesAsked(PageAsked):
    """Which batches."""

    kind: str = Field("", max_length=40, pattern=r"^[a-z0-9-]*$", description="名单种类")
    state: str = Field("", max_length=12, pattern=r"^[a-z]*$", description="状态")


class EntryOut(Schema):
    """One firm on a batch."""

    firm: str
    name: str
    credit_code: str | None
    state: str
    valid_from: date | None
    valid_to: date | None
    published_on: date | None
    removed_on: date | None


class EntryPage(Schema):
    """Firms of a batch in a fixed order; `total` counts those in the person's scope."""

    total: int
    items: list[EntryOut]


@router.get(
    "/",
    response={200: BatchPage, **TOKEN_ERRORS},
    operation_id="lists_batches",
    summary="名单各批次",
    url_name="list_batches",
)
def list_batches(request: HttpRequest, filters: Query[BatchesAsked]) -> dict[str, Any]:
    """只给令牌所属账号看得到的批次。"""
    user = person_with(request)
    wanted = {name: value for name, value in (("kind", filters.kind), ("state", filters.state)) if value}
    rows = ListBatch.objects.visible_to(user, clock.today()).filter(**wanted).order_by("-created_at", "-pk")
    return {"total": rows.count(), "items": list(rows[filters.offset : filters.offset + filters.limit])}


@router.get(
    "/{public_id}/entries",
    response={200: EntryPage, **TOKEN_ERRORS},
    operation_id="lists_entries",
    summary="一批名单上的企业",
    url_name="list_entries",
)
def list_entries(request: HttpRequest, public_id: str, filters: Query[PageAsked]) -> dict[str, Any]:
    """账号要有导出企业的权限；只给账号辖区内的企业。"""
    user = person_with(request, Power.EXPORT_FIRMS)
    today = clock.today()
    if "\0" in public_id:
        raise Http404
    batch = get_object_or_404(ListBatch.objects.visible_to(user, today), public_id=public_id)
    rows = Entry.objects.visible_to(user, today).filter(batch=batch).order_by("pk")
    taken = ("enterprise__public_id", "enterprise__name", "enterprise__credit_code")
    own = ("state", "valid_from", "valid_to", "published_on", "removed_on")
    shown = rows.values(*taken, *own)[filters.offset : filters.offset + filters.limit]
    items = [
        {
            "firm": row["enterprise__public_id"],
            "name": row["enterprise__name"],
            "credit_code": row["enterprise__credit_code"],
            **{name: row[name] for name in own},
        }
        for row in shown
    ]
    return {"total": rows.count(), "items": items}
