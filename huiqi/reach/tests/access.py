"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from typing import Any

from huiqi.accounts.powers import Power
from huiqi.reach.tests.make import firm_on_its_way, handed_in_liuyang, list_in_liuyang
from tests.harness.access_rows import Row, behind_sign_in, needs, owned_by_nobody_here


def of_liuyang(power: Power, **more: Any) -> Row:
    """Lists of 浏阳's office: its own people who have the power."""
    return behind_sign_in(lambda name, part: part.has(power) and part.office == "liuyang", **more)


NOBODYS = {"public_id": "0" * 16}
ROWS: dict[str, Row] = {
    "reach:funnel": needs(Power.VIEW_REACH),
    "reach:preparations": needs(Power.VIEW_REACH),
    "reach:new": needs(Power.PREPARE_REACH, also_posts=True),
    "reach:preparation": of_liuyang(Power.VIEW_REACH, make=list_in_liuyang),
    "reach:export": needs(Power.PREPARE_REACH, args=NOBODYS, only="POST"),
    "reach:receive": of_liuyang(Power.PREPARE_REACH, make=handed_in_liuyang, also_posts=True),
    "reach:blank": needs(Power.PREPARE_REACH, args=NOBODYS, only="POST"),
    "reach:act": needs(Power.VIEW_REACH, args={**NOBODYS, "name": "review"}, only="POST"),
    "reach:status_file": owned_by_nobody_here(args=NOBODYS),
    "reach:ways": needs(Power.VIEW_REACH),
    "reach:ways_export": needs(Power.EXPORT_FIRMS, only="POST"),
    "reach:calls": needs(Power.FOLLOW_REACH),
    "reach:call": needs(Power.FOLLOW_REACH, make=firm_on_its_way, also_posts=True),
    "reach:own": owned_by_nobody_here(args=NOBODYS),
    "reach:say": needs(
        Power.ACT_FOR_FIRM, args={**NOBODYS, "journey_id": "0" * 16, "name": "had"}, only="POST"
    ),
}
