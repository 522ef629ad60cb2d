"""How the boxes of forms are drawn: as Django's own templates draw them, but without a template for each box.

A page of the staff has dozens of boxes and a list of counties over a hundred options; drawn by templates they
took a quarter of the time of a page. The setting FORM_RENDERER names this one.
"""

from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

_FOLDER = "django/forms/widgets/"
_NO_ATTRS = SafeString("")
_INPUTS = ("text", "hidden", "number", "password", "email", "url", "date", "checkbox", "file")


class PlainRenderer(DjangoTemplates):
    """Draws inputs, selects and long texts in Python, and everything else by Django's templates."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> Any:
        """The HTML of a widget."""
        draw = _DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)


def _attrs(attrs: Mapping[str, Any]) -> SafeString:
    if not attrs:
        return _NO_ATTRS
    return _joined(
        f" {name}" if value is True else f' {name}="{conditional_escape(str(value))}"'
        for name, value in attrs.items()
        if value is not False
    )


def _joined(parts: Iterator[str]) -> SafeString:
    # Every part is escaped where it is made.
    return mark_safe("".join(parts))  # noqa: S308


def _input(widget: Mapping[str, Any]) -> SafeString:
    value = "" if widget["value"] is None else _attrs({"value": widget["value"]})
    return format_html(
        '<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], value, _attrs(widget["attrs"])
    )


def _textarea(widget: Mapping[str, Any]) -> SafeString:
    return format_html(
        '<textarea name="{}"{}>\n{}</textarea>',
        widget["name"],
        _attrs(widget["attrs"]),
        widget["value"] or "",
    )


def _select(widget: Mapping[str, Any]) -> SafeString:
    groups = _joined(_group(name, options) for name, options, _index in widget["optgroups"])
    return format_html('<select name="{}"{}>{}\n</select>', widget["name"], _attrs(widget["attrs"]), groups)


def _group(name: str | None, options: list[Mapping[str, Any]]) -> SafeString:
    drawn = _joined(_option(option) for option in options)
    return format_html('\n<optgroup label="{}">{}\n</optgroup>', name, drawn) if name else drawn


def _option(option: Mapping[str, Any]) -> str:
    # A list of counties has over a hundred: nothing here that is not needed for each.
    label = option["label"]
    words = label if isinstance(label, SafeString) else escape(str(label))
    return f'\n<option value="{escape(str(option["value"]))}"{_attrs(option["attrs"])}>{words}</option>'


_DRAWN: dict[str, Callable[[Mapping[str, Any]], SafeString]] = {
    **{f"{_FOLDER}{kind}.html": _input for kind in _INPUTS},
    f"{_FOLDER}textarea.html": _textarea,
    f"{_FOLDER}select.html": _select,
}
