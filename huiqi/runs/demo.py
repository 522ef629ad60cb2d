"""A run over the demonstration's firms, so that its pages show something; the figures mean nothing."""

from datetime import date, datetime

from huiqi.accounts.models import User
from huiqi.runs.commands.running import Asked, begin_run, carry_out
from huiqi.runs.models import Run

PURPOSE = "演示：全部演示企业，数字无实际意义"


def make_demo_run(*, on: date, at: datetime) -> int:
    """Judge the register once; returns how many firms."""
    maker = User.objects.filter(username="analyst").first()
    if Run.objects.exists():
        return 0
    run = begin_run(Asked(PURPOSE, on, on), actor=maker, at=at, queue=False)
    for _progress in carry_out(run):
        pass
    run.refresh_from_db()
    return run.firms
