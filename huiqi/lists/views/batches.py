"""The list of lists, a kind's page, and running a batch."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.jobs import start_job
from huiqi.core.language import worded
from huiqi.core.messages import Message
from huiqi.core.pagination import paginate
from huiqi.lists.chain import BATCH_STEPS, take_batch
from huiqi.lists.commands import batches as commands
from huiqi.lists.commands.publication import begin_publication, publish_batch
from huiqi.lists.forms.batches import BatchForm, CloseForm, NoticeForm, PublishForm
from huiqi.lists.jobs import PUBLISH
from huiqi.lists.kinds import ListKind
from huiqi.lists.models import BatchState, Entry, EntryState, ListBatch, Objection
from huiqi.lists.queries.book import kind_called, kinds
from huiqi.lists.queries.notices import notice_words
from huiqi.lists.queries.pages import batches_of, counts_by_state
from huiqi.lists.queries.readiness import notice_obstacles, publication_obstacles
from huiqi.lists.views.opening import is_publisher, open_batch, version_of, when

PLAIN_STEPS = ("open", "review", "reopen", "withdraw_notice")
# Beyond this many firms a publication is a job with its progress shown.
AT_ONCE = 500


def open_kind(kind_id: str) -> ListKind:
    """The kind, or 404."""
    kind = kinds().get(kind_id)
    if kind is None:
        raise Http404(kind_id)
    return kind


def _filter(request: HttpRequest) -> dict[str, str]:
    """The filters of the address; what nobody knows is dropped."""
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    words = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    return {
        "kind": kind if kind in kinds() else "",
        "state": state if state in BatchState.values else "",
        "words": words,
    }


@power_required(Power.VIEW_LISTS)
@require_safe
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """All batches the person may open, and the kinds there are."""
    chosen = _filter(request)
    page = paginate(batches_of(user_of(request), clock.today(), **chosen), request.GET.get("page"))
    book = kinds()
    context = {
        "page": page,
        "rows": [(batch, book.get(batch.kind)) for batch in page],
        "kinds": book.values(),
        "states": BatchState.choices,
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "is_publisher": is_publisher(request),
    }
    return render(request, "lists/index.html", context)


@power_required(Power.VIEW_LISTS)
@require_safe
def kind(request: HttpRequest, kind_id: str) -> HttpResponse:
    """What a kind of list is, who decides it, by which criteria, and its batches."""
    found = open_kind(kind_id)
    _refuse_hidden(request, found)
    page = paginate(batches_of(user_of(request), clock.today(), kind=kind_id), request.GET.get("page"))
    context = {
        "kind": found,
        "crumbs": _crumbs((found.title, "")),
        "page": page,
        "chain": [_level_name(level) for level in found.chain],
        "role": ROLE_WORDS[found.role],
        "is_publisher": is_publisher(request),
    }
    return render(request, "lists/kind.html", context)


def _refuse_hidden(request: HttpRequest, found: ListKind) -> None:
    if found.secrecy == "compartment" and not may(user_of(request), Power.VIEW_KEY_MATERIALS, clock.today()):
        raise Http404


def _level_name(level: str) -> str:
    return str(dict(Entry._meta.get_field("level").choices or ())[level])


ROLE_WORDS = {
    "decide": gettext_lazy("由我办认定"),
    "recommend": gettext_lazy("由我办推荐"),
    "import": gettext_lazy("只接收外部名单"),
}


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("名单"), "/lists/"), *more]


def batch_crumbs(batch: ListBatch, *more: tuple[str, str]) -> list[tuple[str, str]]:
    """The way to a page below a batch."""
    address = f"/lists/batches/{batch.public_id}/" if more else ""
    title = kind_called(batch.kind).title
    return _crumbs((title, f"/lists/kinds/{batch.kind}/"), (batch.title, address), *more)


@power_required(Power.PUBLISH_LISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def new_batch(request: HttpRequest, kind_id: str) -> HttpResponse:
    """A new batch of a kind; only for who runs batches."""
    found = open_kind(kind_id)
    if not is_publisher(request):
        raise Http404
    initial = {"issuer": found.issuer, "secrecy": found.secrecy, "is_whole": found.is_exhaustive}
    form = BatchForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        now = when()
        try:
            batch = commands.create_batch(
                found.id, actor=user_of(request), today=now["today"], at=now["at"], **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error("secrecy" if refusal.code == "lists.too_open" else None, worded(refusal.said))
        else:
            return redirect("lists:batch", batch.public_id)
    crumbs = _crumbs((found.title, f"/lists/kinds/{found.id}/"), (_("新建一批"), ""))
    context = {"form": form, "kind": found, "crumbs": crumbs, "batch": None}
    return render(request, "lists/batch_form.html", context, status=422 if form.errors else 200)


@power_required(Power.PUBLISH_LISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_batch(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change a batch that is not published yet."""
    batch = _run(request, public_id)
    form = BatchForm(request.POST) if request.method == "POST" else BatchForm.of(batch)
    if form.is_bound and form.is_valid():
        try:
            commands.change_batch(
                batch,
                actor=user_of(request),
                today=clock.today(),
                expected=version_of(request) or 0,
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
        else:
            messages.success(request, _("已保存。"))
            return redirect("lists:batch", batch.public_id)
    context = {
        "form": form,
        "kind": kind_called(batch.kind),
        "batch": batch,
        "crumbs": batch_crumbs(batch, (_("修改"), "")),
    }
    return render(request, "lists/batch_form.html", context, status=422 if form.errors else 200)


def _run(request: HttpRequest, public_id: str) -> ListBatch:
    """The batch for somebody who runs it, or 404."""
    batch = open_batch(request, public_id)
    if not is_publisher(request):
        raise Http404
    return batch


@power_required(Power.PUBLISH_LISTS)
@require_POST
def step_batch(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a plain step: open, end collecting, collect again, withdraw the notice."""
    batch = _run(request, public_id)
    step = request.POST.get("step", "")
    if step not in PLAIN_STEPS or step not in BATCH_STEPS:
        raise Http404
    now = when()
    commands.step_batch(
        batch,
        step,
        actor=user_of(request),
        today=now["today"],
        at=now["at"],
        expected=version_of(request),
    )
    return redirect("lists:batch", batch.public_id)


@power_required(Power.PUBLISH_LISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def start_notice(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put the accepted firms on public notice."""
    batch = _run(request, public_id)
    found = kind_called(batch.kind)
    if found.notice is None:
        raise Http404
    form = NoticeForm(request.POST or None, initial={"days": batch.notice_days})
    if request.method == "POST" and form.is_valid():
        now = when()
        try:
            commands.start_notice(
                batch,
                days=form.cleaned_data["days"],
                actor=user_of(request),
                on=now["on"],
                today=now["today"],
                expected=version_of(request),
            )
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
        else:
            return redirect("lists:batch", batch.public_id)
    accepted = Entry.objects.filter(batch=batch, state=EntryState.ACCEPTED).count()
    obstacles = notice_obstacles(batch, found) if batch.state == BatchState.REVIEWING else []
    context = {
        "obstacles": [one.said for one in obstacles],
        "form": form,
        "batch": batch,
        "kind": found,
        "accepted": accepted,
        "crumbs": batch_crumbs(batch, (_("发起公示"), "")),
    }
    return render(request, "lists/notice_form.html", context, status=422 if form.errors else 200)


@power_required(Power.PUBLISH_LISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, public_id: str) -> HttpResponse:
    """Publish under the document number; a stopped publication goes on."""
    batch = _run(request, public_id)
    names = ("document", "issuer", "valid_from", "valid_to", "is_whole")
    form = PublishForm(request.POST or None, initial={name: getattr(batch, name) for name in names})
    if request.method == "POST" and (batch.state == BatchState.PUBLISHING or form.is_valid()):
        try:
            return _publish(request, batch, form)
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
    counts = counts_by_state(batch, user_of(request), clock.today())
    context = {
        "form": form,
        "batch": batch,
        "kind": kind_called(batch.kind),
        "counts": counts,
        "undecided": sum(counts.get(state, 0) for state in ("proposed", "returned", "recommended")),
        "accepted": counts.get("accepted", 0),
        "objections": Objection.objects.filter(batch=batch, state=Objection.State.OPEN).count(),
        "obstacles": _obstacles(batch),
        "unverified": Objection.objects.filter(batch=batch, state=Objection.State.UNVERIFIED).count(),
        "notice": notice_words(batch, clock.today()),
        "crumbs": batch_crumbs(batch, (_("发布"), "")),
    }
    return render(request, "lists/publish_form.html", context, status=422 if form.errors else 200)


def _obstacles(batch: ListBatch) -> list[Message | str]:
    """Why the batch cannot be published whatever is filled in; asked before the form is."""
    if batch.state == BatchState.PUBLISHING:
        return []
    found = publication_obstacles(batch, kind_called(batch.kind), clock.today())
    return [one.said for one in found] or _wrong_state(batch)


def _wrong_state(batch: ListBatch) -> list[Message | str]:
    try:
        take_batch("publish", batch.state, batch.get_state_display())
    except Refused as refusal:
        return [refusal.said]
    return []


def _publish(request: HttpRequest, batch: ListBatch, form: PublishForm) -> HttpResponse:
    now, actor = when(), user_of(request)
    given: dict[str, Any] = {} if batch.state == BatchState.PUBLISHING else form.cleaned_data
    begun = begin_publication(batch, actor=actor, expected=version_of(request), **now, **given)
    left = Entry.objects.filter(batch=begun, state=EntryState.ACCEPTED).count()
    if left > AT_ONCE or begun.is_whole:
        arguments = {"batch": begun.public_id, "actor": actor.public_id, "on": now["on"].isoformat()}
        return redirect("core:job", start_job(PUBLISH, arguments, actor=actor).public_id)
    publish_batch(begun, actor=actor, on=now["on"], at=now["at"])
    messages.success(request, _("已发布，企业档案已写入名单事实。"))
    return redirect("lists:batch", batch.public_id)


@power_required(Power.PUBLISH_LISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def close_batch(request: HttpRequest, public_id: str) -> HttpResponse:
    """End a published batch."""
    batch = _run(request, public_id)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = when()
        try:
            commands.close_batch(
                batch,
                actor=user_of(request),
                on=now["on"],
                today=now["today"],
                ends_on=form.cleaned_data["ends_on"],
            )
        except Refused as refusal:
            form.add_error(None, worded(refusal.said))
        else:
            return redirect("lists:batch", batch.public_id)
    context = {"form": form, "batch": batch, "crumbs": batch_crumbs(batch, (_("结束"), ""))}
    return render(request, "lists/close_form.html", context, status=422 if form.errors else 200)
