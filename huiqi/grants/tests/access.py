"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from huiqi.accounts.powers import Power
from huiqi.grants.tests.make import (
    application_in_liuyang,
    call_in_liuyang,
    draft_in_liuyang,
    list_in_liuyang,
    notice_in_liuyang,
    round_in_liuyang,
)
from tests.harness.access_rows import Row, everybody, needs, people, private

NONE = {"public_id": "0" * 16}
# Calls are public business of the office: whoever reads grants sees them, wherever the person sits.
READERS = ("province", "city", "county", "park", "direct_county", "other_city", "leader")
STAFF = (*READERS, "grant_maker", "grant_checker")

ROWS: dict[str, Row] = {
    "grants:applications": needs(Power.VIEW_GRANTS),
    "grants:export": needs(Power.VIEW_GRANTS, only="POST"),
    "grants:application": needs(Power.VIEW_GRANTS, make=application_in_liuyang),
    "grants:application_file": people(args={**NONE, "file_id": "0" * 16}),
    "grants:clear": needs(Power.MAKE_GRANTS, args={**NONE, "finding_id": "0" * 16}, only="POST"),
    "grants:act": needs(Power.MAKE_GRANTS, Power.CHECK_GRANTS, args={**NONE, "name": "accept"}, only="POST"),
    "grants:calls": needs(Power.VIEW_GRANTS),
    "grants:call_new": needs(Power.MAKE_GRANTS, also_posts=True),
    "grants:call": people(*STAFF, make=call_in_liuyang),
    "grants:call_change": people("grant_maker", make=draft_in_liuyang, also_posts=True),
    "grants:call_act": needs(
        Power.MAKE_GRANTS, Power.CHECK_GRANTS, args={**NONE, "name": "open"}, only="POST"
    ),
    "grants:round": people(*STAFF, make=round_in_liuyang),
    "grants:round_file": people(args={**NONE, "file_id": "0" * 16}),
    "grants:round_act": needs(Power.MAKE_GRANTS, args={**NONE, "name": "notice"}, only="POST"),
    "grants:objection_act": needs(Power.MAKE_GRANTS, args={**NONE, "name": "answer"}, only="POST"),
    "grants:payment_list": people("grant_maker", "grant_checker", make=list_in_liuyang),
    "grants:payment_export": needs(Power.PAY_GRANTS, args=NONE, only="POST"),
    "grants:payment_act": needs(
        Power.CHECK_GRANTS, Power.PAY_GRANTS, args={**NONE, "name": "release"}, only="POST"
    ),
    "grants:reviews": needs(Power.REVIEW_GRANTS),
    "grants:review": people(args=NONE, also_posts=True),
    "grants:own": needs(Power.ACT_FOR_FIRM),
    "grants:apply": people(args={**NONE, "firm_id": "0" * 16}, also_posts=True),
    "grants:own_application": people(make=application_in_liuyang),
    "grants:own_act": needs(Power.ACT_FOR_FIRM, args={**NONE, "name": "withdraw"}, only="POST"),
    "grants:notices": everybody(),
    "grants:notice": everybody(make=notice_in_liuyang),
    "grants:object": everybody(make=notice_in_liuyang, also_posts=True),
    "grants:objection_receipt": private(),
}
