"""Pages behind a private link: found by token, never cached, never named elsewhere, figures in a cookie."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huiqi.core import clock, crypto
from huiqi.core.hushed import hushed
from huiqi.policies import commands
from huiqi.policies.answers import Plain
from huiqi.policies.models import Check
from huiqi.policies.queries.check import Standing, find_check, open_sheet, private_facts
from huiqi.policies.queries.question_book import question_book
from huiqi.policies.sheet import SheetError, pack_figures, unpack_figures

# Both live as long as the browser runs: on a shared computer, closing it is enough.
LAST_COOKIE = "hq_check"
FIGURES_COOKIE = "hq_figures"
# Browsers promise 4096 bytes for name, value and attributes together.
MOST_COOKIE_BYTES = 3_800
TOO_MUCH = _("填写的数字太多，这个浏览器暂存不下。请先到“核对答案”页选择保存这些数字，再继续填写。")
PrivateView = Callable[..., HttpResponse]


def private(view: PrivateView) -> Callable[..., HttpResponse]:
    """Open the check of `token` for the view as a `Standing`, or answer 404."""

    @wraps(view)
    def opened(request: HttpRequest, token: str, **arguments: Any) -> HttpResponse:
        check = find_check(token, clock.wall_now())
        if check is None:
            raise Http404
        try:
            response = view(request, standing_of(request, check), token=token, **arguments)
        except Check.DoesNotExist as error:
            # Deleted in another tab while this answer was on its way.
            raise Http404 from error
        return hushed(response)

    return opened


def standing_of(request: HttpRequest, check: Check) -> Standing:
    """The check with the figures that only this browser holds."""
    return Standing(check, open_sheet(check), figures_in(request, check), clock.today(), question_book())


def figures_in(request: HttpRequest, check: Check) -> dict[str, Plain]:
    """The figures from the cookie; a cookie altered or of another check counts as none."""
    sealed = request.COOKIES.get(FIGURES_COOKIE, "")
    if not sealed:
        return {}
    try:
        figures = unpack_figures(check.public_id, crypto.decrypt(sealed))
    except (crypto.Unreadable, SheetError):
        return {}
    return {name: value for name, value in figures.items() if isinstance(value, int | str)}


def seal_figures(check: Check, figures: dict[str, Plain]) -> str | None:
    """The cookie's content, or None when it would not fit into a cookie."""
    sealed = crypto.encrypt(pack_figures(check.public_id, figures))
    return sealed if len(sealed) <= MOST_COOKIE_BYTES else None


def set_figures(request: HttpRequest, response: HttpResponse, token: str, sealed: str) -> None:
    """Hand the figures to the browser, for this check's pages only."""
    response.set_cookie(
        FIGURES_COOKIE,
        sealed,
        path=root_of(token),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def store_answers(
    request: HttpRequest,
    response: HttpResponse,
    standing: Standing,
    token: str,
    given: dict[str, Plain],
    step: tuple[str, str, int] | None = None,
) -> Standing | None:
    """Save answers: ours in the database, others' figures in the cookie of `response`.

    Returns how things stand afterwards, or None, with nothing saved, when the figures outgrow a cookie.
    """
    private_ids = private_facts()
    borrowed = {name: value for name, value in given.items() if name in private_ids}
    ours = {name: value for name, value in given.items() if name not in private_ids}
    figures = dict(standing.figures)
    if standing.check.keeps_figures:
        # Another browser asked to keep the figures; those that only this one holds join them now.
        borrowed = {
            **{name: figures[name] for name in figures.keys() - standing.sheet.values.keys()},
            **borrowed,
        }
        figures = {}
        drop_figures(response, token)
    else:
        figures = {name: value for name, value in {**figures, **borrowed}.items() if value is not None}
        sealed = seal_figures(standing.check, figures)
        if sealed is None:
            return None
        if figures != standing.figures:
            set_figures(request, response, token, sealed)
    sheet = commands.save_answer(
        standing.check, stored=ours, private=borrowed, step=step, at=clock.wall_now()
    )
    return replace(standing, sheet=sheet, figures=figures)


def drop_figures(response: HttpResponse, token: str) -> None:
    """Take the figures out of the browser."""
    response.delete_cookie(FIGURES_COOKIE, path=root_of(token), samesite="Lax")


def remember(request: HttpRequest, response: HttpResponse, token: str) -> None:
    """Let this browser find the check again from the start page (继续上次)."""
    response.set_cookie(
        LAST_COOKIE,
        token,
        path=reverse("policies:check_start"),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse, token: str) -> None:
    """Drop both cookies, after the check was deleted."""
    drop_figures(response, token)
    response.delete_cookie(LAST_COOKIE, path=reverse("policies:check_start"), samesite="Lax")


def root_of(token: str) -> str:
    """The result page's address, under which all pages of a check lie."""
    return reverse("policies:check_result", args=[token])
