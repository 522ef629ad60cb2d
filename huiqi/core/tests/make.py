"""Plain functions that make rows of core for tests."""

import io
from typing import Any

from huiqi.core.models import Job


def make_job(*, kind: str = "count", **fields: Any) -> Job:
    """A job row that is not queued anywhere."""
    return Job.objects.create(kind=kind, **fields)


class Terminal(io.StringIO):
    """A standard output at which a person sits."""

    def isatty(self) -> bool:
        return True
