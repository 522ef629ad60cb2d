"""The access review of every six months, and the audit trail as the audit administrator reads it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huiqi.accounts.commands import reviews, takeaways
from huiqi.accounts.exports import download, kind_of
from huiqi.accounts.forms.reviews import AuditFilter, LineForm
from huiqi.accounts.gates import power_required
from huiqi.accounts.models import AccessReview, Decision, ReviewLine
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.reviews import line_shown, lines_of, review_due_on
from huiqi.accounts.queries.trail import PROVE_TRAIL, named, proof
from huiqi.core import clock, jobs
from huiqi.core.acts import act_words, subject_words
from huiqi.core.models import AuditRecord
from huiqi.core.pagination import paginate
from huiqi.core.slots import SLOTS

LINES_A_PAGE = 50


@power_required(Power.MANAGE_ACCESS)
@require_safe
def reviews_list(request: HttpRequest) -> HttpResponse:
    """Reviews so far and when the next is due."""
    rows = AccessReview.objects.select_related("opened_by", "signed_off_by").order_by("-opened_on", "-pk")
    today = clock.today()
    context = {"rows": rows, "due_on": review_due_on(today), "today": today}
    return render(request, "accounts/reviews.html", context)


@power_required(Power.MANAGE_ACCESS)
@require_POST
def review_open(request: HttpRequest) -> HttpResponse:
    """Begin a review."""
    review = reviews.open_review(actor=request.user, on=clock.today(), at=clock.wall_now())  # type: ignore[arg-type]
    return redirect("accounts:review", review.public_id)


@power_required(Power.MANAGE_ACCESS)
@require_safe
def review(request: HttpRequest, public_id: str) -> HttpResponse:
    """The lines of a review."""
    return _review_page(request, _find(public_id), None)


def _find(public_id: str) -> AccessReview:
    return get_object_or_404(AccessReview, public_id=public_id)


def _review_page(
    request: HttpRequest, found: AccessReview, refused: tuple[int, LineForm] | None
) -> HttpResponse:
    lines = lines_of(found)
    only = request.GET.get("only", "")
    if only == "marked":
        lines = lines.exclude(marks=[])
    elif only == "open":
        lines = lines.filter(decision="")
    page = paginate(lines, request.GET.get("page"), LINES_A_PAGE)
    today = clock.wall_today()  # sign-ins are real
    wrong = {refused[0]: refused[1]} if refused else {}
    shown = [
        (line_shown(line, today), wrong.get(line.pk) or LineForm(initial={"reason": line.reason}))
        for line in page
    ]
    context: dict[str, Any] = {
        "review": found,
        "page_obj": page,
        "shown": shown,
        "only": only,
        "undecided": found.lines.filter(decision="").count(),
        "unmarked": found.lines.filter(decision="", marks=[]).count(),
        "total": found.lines.count(),
    }
    return render(request, "accounts/review.html", context, status=422 if refused else 200)


@power_required(Power.MANAGE_ACCESS)
@require_POST
def review_decide(request: HttpRequest, public_id: str, line_id: int) -> HttpResponse:
    """Keep or withdraw one account."""
    found = _find(public_id)
    line: ReviewLine = get_object_or_404(found.lines.select_related("review", "user"), pk=line_id)
    form = LineForm(request.POST)
    if not form.is_valid():
        return _review_page(request, found, (line.pk, form))
    decision = Decision(form.cleaned_data["decision"])
    reviews.decide_line(line, decision=decision, reason=form.cleaned_data["reason"], actor=request.user)  # type: ignore[arg-type]
    return redirect(f"{_address(found)}{_query(request)}#line-{line.pk}")


def _query(request: HttpRequest) -> str:
    query = request.GET.urlencode()
    return f"?{query}" if query else ""


def _address(found: AccessReview) -> str:
    return redirect("accounts:review", found.public_id).url


@power_required(Power.MANAGE_ACCESS)
@require_POST
def review_keep_unmarked(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keep all accounts about which nothing is noted."""
    reviews.keep_unmarked(_find(public_id), actor=request.user)  # type: ignore[arg-type]
    return redirect("accounts:review", public_id)


@power_required(Power.MANAGE_ACCESS)
@require_POST
def review_sign_off(request: HttpRequest, public_id: str) -> HttpResponse:
    """Sign it."""
    reviews.sign_off(_find(public_id), actor=request.user, on=clock.today(), at=clock.wall_now())  # type: ignore[arg-type]
    return redirect("accounts:reviews")


@power_required(Power.MANAGE_ACCESS)
@require_POST
def review_export(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The review as a table."""
    found, today = _find(public_id), clock.wall_today()
    headers = [
        *(_("账号"), _("姓名"), _("单位"), _("角色"), _("可见范围"), _("最近登录"), _("未用天数")),
        *(_("第二因素"), _("代理数"), _("提示"), _("结论"), _("理由")),
    ]
    lines = lines_of(found)
    count = lines.count()
    takeaways.record_export("review.exported", found, count=count, kind=kind_of(request), actor=request.user)  # type: ignore[arg-type]
    rows = (line_shown(line, today).cells() for line in lines.iterator(chunk_size=500))
    return download(request, _("权限复核"), headers, rows, count=count, purpose=_("权限复核"))


# --- the audit trail ---------------------------------------------------------------------------------


@power_required(Power.READ_AUDIT)
@require_safe
def audit_list(request: HttpRequest) -> HttpResponse:
    """Who did what, the newest first."""
    form = AuditFilter(request.GET)
    page = paginate(form.found(), request.GET.get("page"), LINES_A_PAGE)
    people = named(page)
    firms = SLOTS.subjects(request, {(row.subject_type, row.subject_id) for row in page if row.subject_id})
    shown = [
        {
            "row": row,
            "act": act_words(row.act),
            "who": people.get(row.actor_id, ""),
            "behalf": people.get(row.on_behalf_id, ""),
            "kind": subject_words(row.subject_type),
            "person": people.get(row.subject_id, ""),
            "firm": firms.get((row.subject_type, row.subject_id)),
        }
        for row in page
    ]
    query = request.GET.copy()
    query.pop("page", None)
    context = {"form": form, "page_obj": page, "shown": shown, "proof": proof()}
    return render(request, "accounts/audit.html", {**context, "export_query": query.urlencode()})


@power_required(Power.READ_AUDIT)
@require_POST
def audit_prove(request: HttpRequest) -> HttpResponse:
    """Prove the whole chain now, in the background."""
    return redirect("core:job", jobs.start_job(PROVE_TRAIL, {}, actor=request.user).public_id)


@power_required(Power.READ_AUDIT)
@require_POST
def audit_export(request: HttpRequest) -> HttpResponseBase:
    """The records found, as a table; the record of taking it away comes after them and is not in it."""
    newest = AuditRecord.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    found = AuditFilter(request.GET).found().filter(pk__lte=newest)
    count = found.count()
    takeaways.record_export("audit.exported", None, count=count, kind=kind_of(request), actor=request.user)  # type: ignore[arg-type]
    headers = [
        *(_("时间"), _("行为"), _("行为人编号"), _("被代理人编号"), _("对象类型"), _("对象编号")),
        *(_("结果"), _("要点"), _("行为代码")),
    ]
    rows = (_audit_cells(row) for row in found.iterator(chunk_size=500))
    return download(request, _("审计记录"), headers, rows, count=count, purpose=_("审计"))


def _audit_cells(row: AuditRecord) -> list[object]:
    people = [row.actor_id, row.on_behalf_id]
    details = "；".join(f"{name}={value}" for name, value in row.details.items())
    subject = [subject_words(row.subject_type), row.subject_id]
    return [row.at, act_words(row.act), *people, *subject, row.get_result_display(), details, row.act]
