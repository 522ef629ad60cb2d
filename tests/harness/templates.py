"""An undefined variable in one of our templates fails the test instead of rendering nothing.

`{% if x %}`, `{% firstof %}` and `|default` remain the ways to say that a variable may be absent.
Templates of Django, the administration pages and other packages are left as they are.
"""

import sys
from pathlib import Path
from typing import Any

from django.template import engines
from django.template.base import FilterExpression, Node
from django.template.defaulttags import ForNode

ROOT = Path(__file__).resolve().parents[2]
ALLOWING_FILTERS = {"default", "default_if_none"}


class UndefinedVariable(Exception):  # noqa: N818
    """A template names a variable or attribute that is not there."""


class StrictInvalid(str):
    """Django's `string_if_invalid`; it asks whether the string is true just before using it."""

    __slots__ = ()

    def __bool__(self) -> bool:
        frame = sys._getframe(1)
        expression = frame.f_locals.get("self")
        if isinstance(expression, FilterExpression) and not _may_be_absent(expression):
            template, line = _place(frame)
            if template is not None and _is_ours(template):
                raise UndefinedVariable(f"{template}:{line}: {{{{ {expression.token} }}}} is not defined")
        return False


def _may_be_absent(expression: FilterExpression) -> bool:
    return any(function.__name__ in ALLOWING_FILTERS for function, _ in expression.filters)


def _place(frame: Any) -> tuple[str | None, int]:
    """The template file and line that is being rendered: the innermost node on the stack."""
    while frame is not None:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None) is not None:
            return str(node.origin), getattr(node.token, "lineno", 0)
        frame = frame.f_back
    return None, 0


def _is_ours(template: str) -> bool:
    path = Path(template)
    return path.is_relative_to(ROOT) and not path.is_relative_to(ROOT / ".venv")


class _StrictSequence:
    """What a `{% for %}` loops over, asked for in the strict way: Django itself would loop zero times."""

    def __init__(self, expression: FilterExpression) -> None:
        self.expression = expression

    def __getattr__(self, name: str) -> Any:
        return getattr(self.expression, name)

    def resolve(self, context: Any, ignore_failures: bool = False) -> Any:
        return self.expression.resolve(context)


def make_templates_strict(patch: Any) -> None:
    """Switch the checks on; `patch` is a pytest.MonkeyPatch, which switches them off again."""
    patch.setattr(engines["django"].engine, "string_if_invalid", StrictInvalid(""))
    plain = ForNode.__init__

    def strict(self: ForNode, loopvars: Any, sequence: Any, *args: Any, **kwargs: Any) -> None:
        plain(self, loopvars, _StrictSequence(sequence), *args, **kwargs)

    patch.setattr(ForNode, "__init__", strict)
