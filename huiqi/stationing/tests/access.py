"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from huiqi.accounts.powers import Power
from huiqi.stationing.tests.make import (
    escalation_in_liuyang,
    key_firm_in_liuyang,
    line_in_liuyang,
    stationing_in_liuyang,
)
from tests.harness.access_rows import Row, needs

ROWS: dict[str, Row] = {
    "stationing:today": needs(Power.REPORT_KEY_MATERIALS, Power.ACT_FOR_FIRM, also_posts=True),
    "stationing:board": needs(Power.VIEW_KEY_MATERIALS),
    "stationing:board_firms": needs(Power.VIEW_KEY_MATERIALS, make=line_in_liuyang),
    "stationing:escalations": needs(Power.VIEW_KEY_MATERIALS, Power.REPORT_KEY_MATERIALS, Power.ACT_FOR_FIRM),
    "stationing:escalation": needs(Power.VIEW_KEY_MATERIALS, make=escalation_in_liuyang, also_posts=True),
    "stationing:roster": needs(Power.STATION_OFFICERS),
    "stationing:assign": needs(Power.STATION_OFFICERS, only="POST"),
    "stationing:handovers": needs(Power.REPORT_KEY_MATERIALS),
    "stationing:stationing": needs(Power.STATION_OFFICERS, make=stationing_in_liuyang),
    "stationing:hand_over": needs(Power.STATION_OFFICERS, make=stationing_in_liuyang, also_posts=True),
    "stationing:end": needs(Power.STATION_OFFICERS, make=stationing_in_liuyang, also_posts=True),
    "stationing:lines": needs(Power.STATION_OFFICERS, make=key_firm_in_liuyang, also_posts=True),
}
