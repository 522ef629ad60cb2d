"""The public catalogue of service items 办事服务."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.cases.items.definition import ItemDefinition, StageLimit
from huiqi.cases.items.words import guide_parts, lead_words, limit_words, rung_words, stage_rows
from huiqi.cases.queries.items import current_edition, offered_items
from huiqi.cases.workflow import Stage, Urgency
from huiqi.core import clock
from huiqi.core.language import worded


@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """What one can ask for, and how long the ordinary case of each takes."""
    rows = [_row(edition.definition) for edition in offered_items(public_only=not _is_staff(request))]
    return render(request, "cases/items.html", {"rows": rows})


@require_safe
def item(request: HttpRequest, item: str) -> HttpResponse:
    """One item: guide, who decides, how long each stage takes, what is asked, what is not taken up."""
    edition = current_edition(item)
    if edition is None or not (edition.definition.is_open_to_public or _is_staff(request)):
        raise Http404
    crumbs = [(_("办事服务"), reverse("cases:items")), (edition.definition.title, "")]
    context = item_context(edition.definition) | {"edition": edition, "crumbs": crumbs, "is_preview": False}
    return render(request, "cases/item.html", context)


def item_context(definition: ItemDefinition) -> dict[str, Any]:
    """What the page of an item shows; the preview of a draft shows the same."""
    return {
        "definition": definition,
        "parts": guide_parts(definition),
        "topics": [(topic, worded(lead_words(topic.lead))) for topic in definition.topics],
        "urgencies": [urgency.label for urgency in Urgency],
        "stages": [
            # One cell when urgency makes no difference.
            (Stage(row.stage).label, [_words(limit) for limit in row.limits[: 1 if row.is_same else None]])
            for row in stage_rows(definition)
        ],
        "bases": [
            (Stage(limit.stage).label, _urgency(limit), _words(limit), limit.basis)
            for limit in definition.limits
        ],
        "rungs": [(worded(rung_words(rung)), rung.basis) for rung in definition.ladder],
    }


def _row(definition: ItemDefinition) -> dict[str, Any]:
    handle = definition.limit_for(Stage.HANDLE, Urgency.ORDINARY)
    return {"definition": definition, "takes": _words(handle)}


def _words(limit: StageLimit | None) -> str:
    return worded(limit_words(limit.limit)) if limit else "—"


def _urgency(limit: StageLimit) -> Any:
    return Urgency(limit.urgency).label if limit.urgency else _("其他")


def _is_staff(request: HttpRequest) -> bool:
    user = request.user
    return isinstance(user, User) and may(user, Power.USE_OFFICE, clock.today())
