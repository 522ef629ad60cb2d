"""Acts a page offers by name: done once, said, and back to a page; what was typed is kept when refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse

from huiqi.core.errors import Refused
from huiqi.core.language import worded


@dataclass(frozen=True)
class PageAct:
    """How an act is done, and what is said when it is; `done` is already in the reader's language.

    With a `form`, `show(status)` draws the page again: 422 for what is wrong in it, 409 for a refusal.
    """

    run: Callable[[], object]
    done: str
    form: forms.Form | None = None
    show: Callable[[int], HttpResponse] | None = None


def do_named(
    request: HttpRequest, name: str, acts: Mapping[str, PageAct], then: Callable[[], HttpResponse]
) -> HttpResponse:
    """Do the act of that name and go on with `then`; 404 when the page offers none of that name."""
    if name not in acts:
        raise Http404
    return do_act(request, acts[name], then)


def do_act(request: HttpRequest, act: PageAct, then: Callable[[], HttpResponse]) -> HttpResponse:
    """Do it and go on with `then`; a refusal is said at the form, or on the next page when there is none."""
    if act.form is not None and act.show is not None and not act.form.is_valid():
        return act.show(422)
    try:
        act.run()
    except Refused as refusal:
        if act.form is None or act.show is None:
            messages.error(request, worded(refusal.said))
            return then()
        act.form.add_error(None, worded(refusal.said))
        return act.show(409)
    messages.success(request, act.done)
    return then()
