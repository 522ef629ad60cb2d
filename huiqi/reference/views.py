"""What forms ask while a person types: matching industries and divisions."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from huiqi.core.dates import readable
from huiqi.reference import queries

MOST_OPTIONS = 20
# The lists change a few times a year; a browser may remember an answer for some minutes.
REMEMBERED_SECONDS = 300


@dataclass(frozen=True)
class Option:
    """One thing to pick: the code to keep, the text for the box, and where it belongs."""

    value: str
    label: str
    belongs: str


@require_safe
def industry_options(request: HttpRequest) -> HttpResponse:
    """Classes that fit `q`: a JSON list for the type-ahead, a list of buttons for everyone else.

    `level=all` offers the branches above them too, for filters.
    """
    classes_only = request.GET.get("level") != "all"
    found = queries.search_industries(request.GET.get("q", ""), MOST_OPTIONS, classes_only=classes_only)
    return _answer(
        request, [Option(entry.code, entry.label, entry.above_text) for entry in found], "industry"
    )


@require_safe
def division_options(request: HttpRequest) -> HttpResponse:
    """Present divisions of the province that fit `q`."""
    found = queries.search_divisions(request.GET.get("q", ""), MOST_OPTIONS)
    present = [row for row in found if row.valid_to is None]
    return _answer(request, [Option(row.code, row.name, row.full_name) for row in present], "division")


def _answer(request: HttpRequest, options: Sequence[Option], kind: str) -> HttpResponse:
    if request.accepts("application/json") and not request.accepts("text/html"):
        response: HttpResponse = JsonResponse(
            [{"value": option.value, "label": option.label} for option in options], safe=False
        )
    else:
        context = {"options": options, "question": readable(request.GET.get("q", "").strip(), 30)}
        response = render(request, f"reference/_{kind}_options.html", context)
    patch_cache_control(response, max_age=REMEMBERED_SECONDS)
    patch_vary_headers(response, ["Accept"])
    return response
