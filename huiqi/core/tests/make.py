"""Plain functions that make rows of core for tests."""

from typing import Any

from huiqi.core.models import Job


def make_job(*, kind: str = "count", **fields: Any) -> Job:
    """A job row that is not queued anywhere."""
    return Job.objects.create(kind=kind, **fields)
