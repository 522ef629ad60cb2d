"""`{% load lists %}`: the state of a batch or an entry, always with its colour and icon."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from huiqi.core.templatetags.hq import icon

register = template.Library()

# The words are the models' own labels; here only how they look.
MARKS = {
    "drafting": ("draft", "pencil"),
    "collecting": ("wait", "inbox"),
    "reviewing": ("wait", "clipboard-check"),
    "noticing": ("near", "eye"),
    "publishing": ("near", "refresh"),
    "published": ("ok", "check"),
    "closed": ("no", "clock"),
    "proposed": ("wait", "hourglass"),
    "returned": ("near", "arrow-left"),
    "recommended": ("wait", "clipboard-check"),
    "accepted": ("ok", "circle-check"),
    "objected": ("danger", "alert-triangle"),
    "rejected": ("no", "circle-minus"),
    "removed": ("no", "circle-x"),
    "open": ("wait", "hourglass"),
    "upheld": ("danger", "circle-check"),
    "dismissed": ("no", "circle-minus"),
    "matched": ("ok", "check"),
}
SECRECY_MARKS = {"public": "quiet", "internal": "quiet", "compartment": "danger"}


@register.simple_tag
def state_mark(state: str, label: str) -> SafeString:
    """The tag of a state with its label."""
    tone, name = MARKS[state]
    return format_html('<span class="hq-tag hq-tag-{}">{}{}</span>', tone, icon(name), label)


@register.simple_tag
def secrecy_mark(secrecy: str, label: str) -> SafeString:
    """The circle that may know a list."""
    name = "eye" if secrecy == "public" else "lock"
    return format_html(
        '<span class="hq-tag hq-tag-{}">{}{}</span>', SECRECY_MARKS[secrecy], icon(name), label
    )
