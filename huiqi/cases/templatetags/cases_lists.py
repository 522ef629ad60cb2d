"""`{{ hints|at:row.case.pk }}`: what a mapping holds for a key; `{{ event.at|moment_zh }}`: when it was."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone

from huiqi.core.language import day_words

register = template.Library()


@register.filter
def at(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The value for the key, or None."""
    return mapping.get(key)


@register.filter
def moment_zh(instant: datetime | None) -> str:
    """`2020年2月4日 10:21` in the site's time; `—` for None."""
    if instant is None:
        return "—"
    local = timezone.localtime(instant)
    return f"{day_words(local.date())} {local:%H:%M}"


@register.filter
def day_zh(instant: datetime | None) -> str:
    """`2020年2月4日` of an instant, in the site's time; `—` for None."""
    return "—" if instant is None else day_words(timezone.localtime(instant).date())
