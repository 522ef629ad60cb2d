"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from typing import Any

from huiqi.accounts.powers import Power
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.tests.make import make_firm
from huiqi.runs.models import Run
from huiqi.runs.tests.make import SMALL, make_run
from tests.harness.access_rows import Row, behind_sign_in, needs
from tests.harness.cast import Part

POLICY = "cloud-adoption"


def done() -> dict[str, Any]:
    """A run that is done, made once for all people of the matrix."""
    if not Enterprise.objects.exists():
        make_firm(facts=SMALL)
    run = Run.objects.done().first() or make_run()
    return {"public_id": run.public_id}


def of_policy() -> dict[str, Any]:
    return {**done(), "policy": POLICY}


# A run is everybody's who may see runs; whose figures it shows is the scope's question.
def _sees(name: str, part: Part) -> bool:
    return part.has(Power.VIEW_RUNS)


def _takes(name: str, part: Part) -> bool:
    return part.has(Power.EXPORT_FIRMS)


ROWS: dict[str, Row] = {
    "runs:runs": needs(Power.VIEW_RUNS),
    "runs:start": needs(Power.MAKE_RUNS, also_posts=True),
    "runs:run": behind_sign_in(_sees, make=done),
    "runs:resume": needs(Power.MAKE_RUNS, args={"public_id": "0" * 16}, only="POST"),
    "runs:policy": behind_sign_in(_sees, make=of_policy),
    "runs:firms": behind_sign_in(_sees, make=of_policy),
    "runs:firms_export": behind_sign_in(_takes, make=of_policy, also_posts=True),
}
