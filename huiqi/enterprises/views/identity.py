"""An officer records a change of who a firm is: choose the kind, fill in, check, done."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiqi.accounts.gates import power_required
from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.core import clock
from huiqi.core.errors import VersionConflict
from huiqi.enterprises.forms.identity import FORMS, IdentityForm
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.models.firm import EnterpriseQuerySet
from huiqi.enterprises.queries.identity import identity_events, last_change


def _changeable(request: HttpRequest) -> EnterpriseQuerySet:
    user: User = request.user  # type: ignore[assignment]
    return Enterprise.objects.changeable_by(user, Power.MERGE_FIRMS, clock.today())


def _firm(request: HttpRequest, public_id: str) -> Enterprise:
    return get_object_or_404(_changeable(request).select_related("park"), public_id=public_id)


@power_required(Power.MERGE_FIRMS)
@require_safe
@never_cache
def identity_change(request: HttpRequest, public_id: str) -> HttpResponse:
    """The kinds of change, and those recorded before."""
    firm = _firm(request, public_id)
    kinds = [(kind, form.title, form.hint, form.icon) for kind, form in FORMS.items()]
    context = {"firm": firm, "kinds": kinds, "events": identity_events(firm, is_office=True)}
    return render(request, "enterprises/identity_change.html", context)


@power_required(Power.MERGE_FIRMS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def identity_form(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """The form of one kind; `do=check` shows what will change, `do=confirm` does it, `do=edit` goes back."""
    if kind not in FORMS:
        raise Http404
    firm = _firm(request, public_id)
    act = request.POST.get("do", "") if request.method == "POST" else ""
    data = request.POST if request.method == "POST" else None
    form = FORMS[kind](firm, _changeable(request), clock.today(), data)
    context = {"firm": firm, "kind": kind, "form": form}
    if data is None or act == "edit":
        return render(request, "enterprises/identity_form.html", context)
    if not form.is_valid():
        return render(request, "enterprises/identity_form.html", context, status=422)
    if form.expected != firm.version:
        return _conflict(request, context)
    if act != "confirm":
        return render(request, "enterprises/identity_check.html", {**context, "changes": form.changes()})
    return _confirmed(request, form, context)


def _confirmed(request: HttpRequest, form: IdentityForm, context: dict[str, Any]) -> HttpResponse:
    firm = form.firm
    try:
        form.save(form.act(request.user, clock.now()))
    except VersionConflict:
        return _conflict(request, context)
    if _changeable(request).filter(pk=firm.pk).exists():
        messages.success(request, _("已登记：%s。") % form.title)
        return redirect("enterprises:identity_change", firm.public_id)
    messages.success(request, _("已登记迁移。档案由新的管辖单位接着管理，您这里不再显示。"))
    return redirect("core:desk")


def _conflict(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Somebody changed the firm meanwhile: what it is now beside what this officer wanted."""
    now = get_object_or_404(_changeable(request).select_related("park"), pk=context["firm"].pk)
    form: IdentityForm = context["form"]
    fresh = FORMS[context["kind"]](now, form.firms, form.reference, request.POST)
    changes = fresh.changes() if fresh.is_valid() else form.changes()
    more = {"firm": now, "changes": changes, "last": last_change(now), "still_fits": fresh.is_valid()}
    return render(request, "enterprises/identity_conflict.html", {**context, **more}, status=409)
