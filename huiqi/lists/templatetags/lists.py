"""`{% load lists %}`: the state of a batch or an entry, always with its colour and icon."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

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
    "unverified": ("draft", "phone"),
    "open": ("wait", "hourglass"),
    "upheld": ("danger", "circle-check"),
    "dismissed": ("no", "circle-minus"),
    "matched": ("ok", "check"),
}
SECRECY_MARKS = {"public": "quiet", "internal": "quiet", "compartment": "danger"}


# How far a figure was verified, as the reader of a page understands it.
SURENESS = {
    "VERIFIED": _("已读公开来源"),
    "KNOWN": _("须复核原文"),
    "PARTIAL": _("部分查到"),
    "BENCHMARK": _("仅供参照"),
    "GAP": _("未查到"),
}


@register.filter
def how_sure(confidence: str) -> Any:
    """A confidence mark of the rulebook in words."""
    return SURENESS[confidence]


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
