"""A firm's page, the history of its facts, stating one, and seeing a telephone number in full."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, scope_with
from huiqi.core import clock
from huiqi.core.errors import Refused, VersionConflict
from huiqi.core.language import worded
from huiqi.core.slots import SLOTS, render_panels
from huiqi.enterprises.catalogue import Cell, columns, to_cell
from huiqi.enterprises.commands.contacts import reveal_contact
from huiqi.enterprises.commands.facts import claim_fact, confirm_fact
from huiqi.enterprises.forms.firm import REASONS, DaysForm, FactForm, RevealForm, first_values
from huiqi.enterprises.models import Contact, Enterprise
from huiqi.enterprises.queries.firm_page import (
    Days,
    FactLine,
    acts_on,
    contacts_of,
    events_of,
    firm_page,
    named,
    show_days,
)
from huiqi.enterprises.queries.history import fact_history
from huiqi.enterprises.queries.identity import identity_on, kept_row
from huiqi.enterprises.queries.register import seen_by
from huiqi.enterprises.queries.statements import catalogue
from huiqi.enterprises.queries.stating import FIRM, OFFICE, part_in, statable
from huiqi.reference.queries import code_tables
from huiqi.rules.catalogue import Fact

# Panels that show the page's day; the others speak of today and are left out when another day is looked at.
DATED_PANELS = {"entitlements", "lists"}


def _seen(request: HttpRequest, public_id: str) -> Enterprise:
    """The firm, if this person may see it, else 404."""
    firms = seen_by(user_of(request), clock.today()).select_related("park")
    return get_object_or_404(firms, public_id=public_id)


def _is_office(request: HttpRequest) -> bool:
    return may(user_of(request), Power.VIEW_REGISTER, clock.today())


def _may(request: HttpRequest, power: Power, firm: Enterprise) -> bool:
    """Whether this person may do to this firm, which they see, what the power says."""
    return scope_with(user_of(request), power, clock.today()).admits(firm.prefecture, firm.park_id)


def _crumbs(request: HttpRequest, *more: tuple[str, str]) -> list[tuple[str, str]]:
    home = "enterprises:register" if _is_office(request) else "enterprises:my_firms"
    return [(_("企业档案") if _is_office(request) else _("我的企业"), reverse(home)), *more]


@power_required(Power.VIEW_REGISTER, Power.ACT_FOR_FIRM)
@require_safe
@never_cache
def firm(request: HttpRequest, public_id: str) -> HttpResponse:
    """One firm, as known today or on any other day. A merged row's address leads to the row that was kept."""
    found = (
        seen_by(user_of(request), clock.today()).select_related("park").filter(public_id=public_id).first()
    )
    if found is None:
        return _to_kept(request, public_id)
    form = DaysForm(request.GET)
    is_asked = form.is_valid() and any(form.cleaned_data.values())
    today = clock.today()
    days = form.days(today) if is_asked else Days(today)
    show_days(found, days)
    return render(request, "enterprises/firm.html", _context(request, found, days, form))


def _to_kept(request: HttpRequest, public_id: str) -> HttpResponse:
    kept = kept_row(public_id)
    if kept is None or kept.public_id == public_id:
        raise Http404
    return redirect("enterprises:firm", _seen(request, kept.public_id).public_id)


def _context(request: HttpRequest, found: Enterprise, days: Days, form: DaysForm) -> dict[str, Any]:
    page = firm_page(found, days, clock.today())
    is_office = _is_office(request)
    user, today = user_of(request), clock.today()
    part = part_in(user, found, today)
    name, code = identity_on(found, days.on) if days.is_past else (found.name, found.credit_code)
    panels = [panel for panel in SLOTS.firm if not days.is_past or panel.name in DATED_PANELS]
    return {
        "page": page,
        "firm": found,
        "days": days,
        "days_form": form if form.is_bound and form.errors else DaysForm(_asked(days)),
        "form": form,
        "name": name,
        "credit_code": code,
        "contacts": [] if days.is_past else contacts_of(found),
        "reasons": REASONS,
        "may_reveal": is_office and _may(request, Power.REVEAL_CONTACTS, found),
        "events": events_of(found, is_office=is_office),
        "acts": acts_on(found, days),
        "statable": frozenset() if days.is_past else statable(user, found, today),
        "may_confirm": part == OFFICE and not days.is_past,
        "is_office": is_office,
        "is_member": part == FIRM,
        "panels": render_panels(panels, request, found),
        "crumbs": _crumbs(request, (found.name, "")),
    }


def _asked(days: Days) -> dict[str, Any]:
    return {"on": days.on if days.is_past else None, "known_on": days.known_on}


# --- one fact -------------------------------------------------------------------------------------


def _fact(fact_id: str) -> Fact:
    found = next((fact for fact in columns(catalogue()) if fact.id == fact_id), None)
    if found is None:
        raise Http404
    return found


@power_required(Power.VIEW_REGISTER, Power.ACT_FOR_FIRM)
@require_safe
@never_cache
def fact_page(request: HttpRequest, public_id: str, fact_id: str) -> HttpResponse:
    """Everything ever said about one fact of a firm, newest first."""
    found, fact = _seen(request, public_id), _fact(fact_id)
    form = DaysForm(request.GET)
    today = clock.today()
    days = form.days(today) if form.is_valid() else Days(today)
    page = firm_page(found, days, today)
    context = {
        "firm": found,
        "fact": fact,
        "days": days,
        "form": form,
        "line": page.line(fact_id),
        "entries": fact_history(found, fact_id, days.on, days.known_on),
        "may_state": not days.is_past and _door(request, found, fact) is not None,
        "crumbs": _crumbs(
            request, (found.name, reverse("enterprises:firm", args=[public_id])), (fact.label, "")
        ),
    }
    return render(request, "enterprises/firm_fact.html", context)


def _door(request: HttpRequest, found: Enterprise, fact: Fact) -> Any:
    """The command by which this person may state the fact, or None: for the office, or for the firm."""
    user, today = user_of(request), clock.today()
    if fact.id not in statable(user, found, today):
        return None
    return confirm_fact if part_in(user, found, today) == OFFICE else claim_fact


@power_required(Power.CONFIRM_FACTS, Power.ACT_FOR_FIRM)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def fact_state(request: HttpRequest, public_id: str, fact_id: str) -> HttpResponse:
    """State one fact: an officer confirms or corrects it, the firm's own people claim it."""
    found, fact = _seen(request, public_id), _fact(fact_id)
    door = _door(request, found, fact)
    if door is None:
        raise Http404
    today, is_office = clock.today(), door is confirm_fact
    line = firm_page(found, Days(today), today).line(fact_id)
    now = line.entry.value if line and line.entry else None
    first = {"version": found.version, **first_values(fact, now, today)}
    asked: dict[str, Any] = {"fact": fact, "tables": code_tables(), "on": today, "is_office": is_office}
    asked["before"] = _last(line)
    form = FactForm(request.POST if request.method == "POST" else None, **asked, initial=first)
    context: dict[str, Any] = {"conflict": False, "refused": "", "is_office": is_office}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _save(request, found, form, door)
            except VersionConflict:
                status, context["conflict"] = 409, True
                found.refresh_from_db()
                again = request.POST.copy()
                again["version"] = str(found.version)
                form = FactForm(again, **asked)
            except Refused as refusal:
                status, context["refused"] = 409, worded(refusal.said)
    context |= {
        "firm": found,
        "fact": fact,
        "form": form,
        "line": line,
        "latest": fact_history(found, fact_id, today)[:1],
        "crumbs": _crumbs(
            request,
            (found.name, reverse("enterprises:firm", args=[public_id])),
            (_("填报：%s") % fact.label, ""),
        ),
    }
    return render(request, "enterprises/firm_state.html", context, status=status)


def _last(line: FactLine | None) -> Cell | None:
    """The last known value as stored: the one that counts, else the one that ran out."""
    entry = (line.entry or line.line.stale) if line else None
    return None if entry is None or entry.value is None else to_cell(entry.fact, entry.value)


def _save(request: HttpRequest, found: Enterprise, form: FactForm, door: Any) -> HttpResponse:
    said, fact = form.correction(), form.fact
    version, actor = form.cleaned_data["version"], user_of(request)
    door(found, said, version=version, actor=actor, at=clock.now(), on=clock.today())
    words = {"fact": fact.label, "value": named(fact, fact.format(said.value), code_tables())}
    messages.success(request, _("已保存：%(fact)s，%(value)s。") % words)
    return _after(request, found.public_id)


def _after(request: HttpRequest, public_id: str) -> HttpResponse:
    """Back to the firm, or to the list when the firm has just left this person's area."""
    if seen_by(user_of(request), clock.today()).filter(public_id=public_id).exists():
        return redirect("enterprises:firm", public_id)
    return redirect("enterprises:register")


# --- people to reach ------------------------------------------------------------------------------


@power_required(Power.REVEAL_CONTACTS)
@require_POST
@never_cache
def contact_reveal(request: HttpRequest, public_id: str, contact_id: int) -> HttpResponse:
    """A contact in full, for a reason that is recorded. Shown once, on a page that is not kept."""
    found = _seen(request, public_id)
    if not _may(request, Power.REVEAL_CONTACTS, found):
        raise Http404
    contact = get_object_or_404(Contact.objects.select_related("enterprise"), pk=contact_id, enterprise=found)
    form = RevealForm(request.POST)
    shown = None
    if form.is_valid():
        shown = reveal_contact(
            contact, reason=form.cleaned_data["reason"], actor=user_of(request), at=clock.wall_now()
        )
    context = {
        "firm": found,
        "contact": shown,
        "form": form,
        "crumbs": _crumbs(
            request, (found.name, reverse("enterprises:firm", args=[public_id])), (_("联系人"), "")
        ),
    }
    return render(request, "enterprises/firm_contact.html", context, status=200 if shown else 422)
