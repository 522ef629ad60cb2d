"""How many examples a property is tried with: some each time, many where there is time.

`@thorough(150)` tries 150 examples in `make test-slow` and a fifth of them in `make test`, so that the quick
suite stays quick without two copies of the property.
"""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import settings

Test = TypeVar("Test", bound=Callable[..., Any])
# Set by `make test-slow`, which runs what is marked `slow` or `thorough`.
IS_THOROUGH = os.environ.get("HUIQI_THOROUGH") == "1"
_SHARE = 5
_FEWEST = 3


def examples(many: int) -> int:
    """`many` in the slow suite, a fifth of it in the quick one."""
    return many if IS_THOROUGH else max(many // _SHARE, _FEWEST)


def thorough(many: int, **more: Any) -> Callable[[Test], Test]:
    """A property tried with `many` examples where there is time; `more` are settings of hypothesis."""

    def marked(test: Test) -> Test:
        marking: Callable[[Test], Test] = pytest.mark.thorough
        return marking(settings(max_examples=examples(many), **more)(test))

    return marked
