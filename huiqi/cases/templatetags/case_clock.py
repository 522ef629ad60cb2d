"""`{% load case_clock %}{% case_clock line %}`: a clock as icon, line and, unfolded, why."""

from typing import Any

from django import template

from huiqi.cases.queries.clock_lines import ClockLine

register = template.Library()


@register.inclusion_tag("cases/_clock.html")
def case_clock(line: ClockLine, *, with_stage: bool = True) -> dict[str, Any]:
    """One line of `queries.clock_lines`; the words unfold without script."""
    return {"line": line, "with_stage": with_stage}
