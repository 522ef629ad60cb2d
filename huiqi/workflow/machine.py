"""State machines: which step may follow which state. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Step(NamedTuple):
    """A step may be taken after any of these states and leads to one; `to` None keeps the state."""

    after: frozenset[str]
    to: str | None


class IllegalStep(Exception):  # noqa: N818  a refusal is a normal outcome
    """The step does not follow the state."""

    def __init__(self, step: str, state: str) -> None:
        super().__init__(f"{step} after {state}")
        self.step, self.state = step, state


@dataclass(frozen=True)
class Machine:
    """Steps by name."""

    steps: Mapping[str, Step]

    def take(self, step: str, state: str) -> str:
        """The state that `step` leads to from `state`; IllegalStep when it may not be taken there."""
        if not self.allows(step, state):
            raise IllegalStep(step, state)
        return self.steps[step].to or state

    def allows(self, step: str, state: str) -> bool:
        """Whether the step may be taken in this state. KeyError for a step that does not exist."""
        return state in self.steps[step].after

    def open_steps(self, state: str) -> tuple[str, ...]:
        """The steps that may be taken now, in the order in which they are listed."""
        return tuple(name for name, step in self.steps.items() if state in step.after)
