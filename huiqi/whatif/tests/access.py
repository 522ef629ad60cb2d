"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from typing import Any

from huiqi.accounts.powers import Power
from huiqi.whatif.tests.make import scenario_of_province
from tests.harness.access_rows import Row, behind_sign_in, needs, owned_by_nobody_here


def of_province(**more: Any) -> Row:
    """Scenarios of the province's office: its own people who estimate policies."""
    return behind_sign_in(
        lambda name, part: part.has(Power.ESTIMATE_POLICIES) and part.office == "province",
        make=scenario_of_province,
        **more,
    )


NOBODYS = {"public_id": "0" * 16}
POSTED = {"args": NOBODYS, "only": "POST"}
ROWS: dict[str, Row] = {
    "whatif:scenarios": needs(Power.ESTIMATE_POLICIES),
    "whatif:new": needs(Power.ESTIMATE_POLICIES, also_posts=True),
    "whatif:compare": needs(Power.ESTIMATE_POLICIES),
    "whatif:scenario": of_province(),
    "whatif:edit": owned_by_nobody_here(args=NOBODYS, also_posts=True),
    "whatif:check": needs(Power.ESTIMATE_POLICIES, **POSTED),
    "whatif:copy": needs(Power.ESTIMATE_POLICIES, **POSTED),
    "whatif:estimate": needs(Power.ESTIMATE_POLICIES, **POSTED),
    "whatif:propose": needs(Power.ESTIMATE_POLICIES, **POSTED),
    "whatif:review": needs(Power.ESTIMATE_POLICIES, **POSTED),
    # There is no result to show: 404 for everybody; who sees it is told in test_use_pages.py.
    "whatif:firms": owned_by_nobody_here(args=NOBODYS),
    "whatif:curve": of_province(),
    "whatif:table": needs(Power.ESTIMATE_POLICIES, **POSTED),
    "whatif:firms_table": behind_sign_in(
        lambda name, part: part.has(Power.ESTIMATE_POLICIES) and part.has(Power.EXPORT_FIRMS), **POSTED
    ),
    "whatif:draft": needs(Power.ESTIMATE_POLICIES, **POSTED),
    "whatif:paper": needs(Power.ESTIMATE_POLICIES, **POSTED),
}
