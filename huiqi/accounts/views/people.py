"""People as the three administrators see them: system makes accounts, security gives rights, audit reads."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.commands import passwords, people, takeaways, tries
from huiqi.accounts.exports import download, kind_of
from huiqi.accounts.forms.people import PeopleFilter, ReasonForm, RoleForm
from huiqi.accounts.gates import power_required
from huiqi.accounts.models import SignInLock, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.directory import is_phone, people_found
from huiqi.accounts.queries.people import may
from huiqi.accounts.queries.sign_in import has_second_factor, locks
from huiqi.accounts.roles import Role
from huiqi.core import clock
from huiqi.core.htmx import render_page
from huiqi.core.pagination import paginate
from huiqi.core.personal import mask_phone

FILTERS = ("q", "role", "unit", "state")
ADMINISTRATION = (Power.MANAGE_UNITS, Power.MANAGE_ACCESS, Power.READ_AUDIT)


@power_required(*ADMINISTRATION)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def people_list(request: HttpRequest) -> HttpResponse:
    """All accounts, narrowed by words, role, unit and state.

    The box posts. Words go back into the address, so that a search can be linked; a telephone number is
    personal, never enters an address (histories, proxies, logs) and is answered at once.
    """
    if request.method != "POST":
        return _people_page(request, request.GET)
    if is_phone(request.POST.get("q", "")):
        takeaways.note_phone_search(actor=request.user)  # type: ignore[arg-type]
        return _people_page(request, request.POST, by_phone=True)
    kept = {name: request.POST[name] for name in FILTERS if request.POST.get(name, "").strip()}
    return redirect(f"{request.path}?{urlencode(kept)}" if kept else request.path)


def _people_page(request: HttpRequest, asked: QueryDict, *, by_phone: bool = False) -> HttpResponse:
    hides_phone = is_phone(asked.get("q", "")) and not by_phone
    form = PeopleFilter(_without_phone(asked) if hides_phone else asked)
    found = people_found(form.wanted())
    context = {
        "form": form,
        "page_obj": paginate(found.none() if hides_phone else found, asked.get("page")),
        "by_phone": by_phone,
        "hides_phone": hides_phone,
        "export_query": "" if by_phone else _without_phone(asked).urlencode(),
        "may_invite": _may(request, Power.MANAGE_UNITS),
    }
    return render_page(request, "accounts/people.html", "accounts/_people.html", context)


def _without_phone(asked: QueryDict) -> QueryDict:
    """The filters of an address without a telephone number, should one have got there, and the page."""
    query = asked.copy()
    for name in ("page", *(("q",) if is_phone(asked.get("q", "")) else ())):
        query.pop(name, None)
    return query


@power_required(*ADMINISTRATION)
@require_POST
def people_export(request: HttpRequest) -> HttpResponseBase:
    """The list as a table; what is found by a telephone number is not taken away."""
    if is_phone(request.GET.get("q", "")):
        raise Http404
    found = people_found(PeopleFilter(request.GET).wanted())
    count = found.count()
    takeaways.record_export("people.exported", None, count=count, kind=kind_of(request), actor=request.user)  # type: ignore[arg-type]
    headers = [_("账号"), _("姓名"), _("单位"), _("角色"), _("状态"), _("第二因素"), _("最近登录")]
    rows = ([cell(row) for cell in _CELLS] for row in found.iterator(chunk_size=500))
    return download(request, _("人员"), headers, rows, count=count, purpose=_("人员管理"))


_CELLS: tuple[Callable[[Any], object], ...] = (
    lambda row: row.username,
    lambda row: row.name,
    lambda row: row.unit.name if row.unit else "",
    lambda row: row.get_role_display(),
    lambda row: state_words(row),
    lambda row: row.has_factor,
    lambda row: row.last_login,
)


def state_words(person: User) -> str:
    """启用, 角色待确认 or 已停用."""
    if not person.is_active:
        return _("已停用")
    return _("启用") if person.is_role_confirmed else _("角色待确认")


@power_required(*ADMINISTRATION)
@require_safe
def person(request: HttpRequest, public_id: str) -> HttpResponse:
    """One account, with the acts this administrator has."""
    return _person_page(request, _find(public_id), {})


def _find(public_id: str) -> User:
    return get_object_or_404(User.objects.select_related("unit"), public_id=public_id)


def _person_page(
    request: HttpRequest, found: User, forms: dict[str, ReasonForm], **more: Any
) -> HttpResponse:
    acts = [
        {"name": name, "label": act.label(), "form": forms.get(name) or _reason_form(act, name)}
        for name, act in ACTS.items()
        if _may(request, act.power) and act.fits(found) and found.pk != request.user.pk
    ]
    context = {
        "person": found,
        "phone": mask_phone(found.phone) if found.phone else "",
        "state": state_words(found),
        "has_factor": has_second_factor(found),
        "acts": acts,
        "may_change_role": _may(request, Power.MANAGE_ACCESS) and found.role != Role.FIRM,
        "is_oneself": found.pk == request.user.pk,
        "notes": found.access_notes.select_related("by").order_by("-at", "-pk")[:20],
        "temporary_password": "",
        **more,
    }
    status = 422 if any(form.is_bound for form in forms.values()) else 200
    return render(request, "accounts/person.html", context, status=status)


def _may(request: HttpRequest, power: Power) -> bool:
    return may(request.user, power, clock.today())  # type: ignore[arg-type]


class Act(NamedTuple):
    """Something an administrator does to an account by one button."""

    power: Power
    label: Callable[[], str]
    fits: Callable[[User], bool]
    run: Callable[[User, User, str, datetime], Any]
    needs_reason: bool = True


ACTS: dict[str, Act] = {
    "confirm": Act(
        Power.MANAGE_ACCESS,
        lambda: _("确认角色"),
        lambda user: user.is_active and not user.is_role_confirmed,
        lambda user, actor, reason, at: people.confirm_role(user, actor=actor),
        needs_reason=False,
    ),
    "reset-factor": Act(
        Power.MANAGE_ACCESS,
        lambda: _("重置第二因素（手机遗失）"),
        has_second_factor,
        lambda user, actor, reason, at: passwords.reset_second_factor(
            user, actor=actor, reason=reason, at=at
        ),
    ),
    "password": Act(
        Power.MANAGE_UNITS,
        lambda: _("重设密码（给一个临时密码）"),
        lambda user: user.is_active,
        lambda user, actor, reason, at: people.give_temporary_password(user, actor=actor, at=at),
        needs_reason=False,
    ),
    "switch-off": Act(
        Power.MANAGE_UNITS,
        lambda: _("停用账号"),
        lambda user: user.is_active,
        lambda user, actor, reason, at: people.switch_off_account(user, actor=actor, reason=reason, at=at),
    ),
    "switch-on": Act(
        Power.MANAGE_UNITS,
        lambda: _("重新启用"),
        lambda user: not user.is_active,
        lambda user, actor, reason, at: people.switch_on_account(user, actor=actor, reason=reason, at=at),
    ),
}


def _reason_form(act: Act, name: str) -> ReasonForm | None:
    return ReasonForm(prefix=name) if act.needs_reason else None


@power_required(Power.MANAGE_UNITS, Power.MANAGE_ACCESS)
@require_POST
def person_act(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """Do one of ACTS; a new password is shown on the answer, once."""
    act, found = ACTS.get(name), _find(public_id)
    if act is None or not _may(request, act.power):
        raise Http404
    form = ReasonForm(request.POST, prefix=name)
    if act.needs_reason and not form.is_valid():
        return _person_page(request, found, {name: form})
    reason = form.cleaned_data["reason"] if act.needs_reason else ""
    outcome = act.run(found, request.user, reason, clock.wall_now())  # type: ignore[arg-type]
    if isinstance(outcome, str):
        return _person_page(request, found, {}, temporary_password=outcome)
    return redirect("accounts:person", public_id)


@power_required(Power.MANAGE_ACCESS)
@require_http_methods(["GET", "HEAD", "POST"])
def person_role(request: HttpRequest, public_id: str) -> HttpResponse:
    """Another role or unit, with a reason."""
    found = get_object_or_404(User.objects.exclude(role=Role.FIRM), public_id=public_id)
    initial = {"role": found.role, "unit": found.unit.public_id if found.unit else ""}
    form = RoleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        people.change_role(
            found,
            role=Role(form.cleaned_data["role"]),
            unit=form.cleaned_data["unit"],
            actor=request.user,  # type: ignore[arg-type]
            reason=form.cleaned_data["reason"],
            at=clock.wall_now(),
        )
        return redirect("accounts:person", public_id)
    context = {"person": found, "form": form}
    return render(request, "accounts/person_role.html", context, status=422 if form.is_bound else 200)


@power_required(Power.MANAGE_ACCESS)
@require_safe
def locks_list(request: HttpRequest) -> HttpResponse:
    """Locks in force."""
    return render(request, "accounts/locks.html", {"locks": locks(clock.wall_now())})


@power_required(Power.MANAGE_ACCESS)
@require_POST
def lock_lift(request: HttpRequest, public_id: str) -> HttpResponse:
    """End a lock early."""
    lock = get_object_or_404(SignInLock, public_id=public_id)
    tries.lift_lock(lock, actor=request.user, at=clock.wall_now())  # type: ignore[arg-type]
    return redirect("accounts:locks")
