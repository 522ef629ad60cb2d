"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from huiqi.accounts.powers import Power
from huiqi.enterprises.tests.make import (
    claim_in_liuyang,
    dispute_in_liuyang,
    firm_in_liuyang,
    pair_in_liuyang,
)
from tests.harness.access_rows import TOKEN, Row, everybody, needs, people, signed_in

ROWS: dict[str, Row] = {
    "enterprises:register": needs(Power.VIEW_REGISTER, also_posts=True),
    "enterprises:register_views": needs(Power.VIEW_REGISTER),
    "enterprises:firm_names": needs(Power.VIEW_REGISTER),
    "enterprises:picture": needs(Power.VIEW_REGISTER),
    "enterprises:view_save": needs(Power.VIEW_REGISTER, only="POST"),
    "enterprises:view_change": needs(Power.VIEW_REGISTER, args={"public_id": "of-another"}, only="POST"),
    # A firm's own people come in too (test_read_firm); the cast's belong to none.
    "enterprises:firm": needs(Power.VIEW_REGISTER, make=firm_in_liuyang),
    "enterprises:fact_page": needs(
        Power.VIEW_REGISTER, make=lambda: {**firm_in_liuyang(), "fact_id": "employees"}
    ),
    "enterprises:fact_state": needs(
        Power.CONFIRM_FACTS,
        make=lambda: {**firm_in_liuyang(), "fact_id": "employees"},
        also_posts=True,
    ),
    "enterprises:contact_reveal": needs(
        Power.REVEAL_CONTACTS, args={"public_id": "x", "contact_id": 1}, only="POST"
    ),
    "enterprises:risk_levels": needs(Power.USE_OFFICE),
    "enterprises:risk_history": needs(Power.USE_OFFICE, args={"code": "430181"}),
    "enterprises:risk_add": needs(Power.CONFIRM_FACTS, also_posts=True),
    "enterprises:risk_import": needs(Power.CONFIRM_FACTS, also_posts=True),
    "enterprises:risk_template": needs(Power.CONFIRM_FACTS),
    "enterprises:my_firms": needs(Power.ACT_FOR_FIRM),
    "enterprises:find_firm": needs(Power.ACT_FOR_FIRM, also_posts=True),
    "enterprises:claim_firm": people("firm", make=firm_in_liuyang, also_posts=True),
    "enterprises:claim": people(args={"public_id": "of-another"}),
    "enterprises:claim_send_code": needs(Power.ACT_FOR_FIRM, args={"public_id": "x"}, only="POST"),
    "enterprises:claim_check_code": needs(Power.ACT_FOR_FIRM, args={"public_id": "x"}, only="POST"),
    "enterprises:claim_identity": needs(Power.ACT_FOR_FIRM, args={"public_id": "x"}, only="POST"),
    "enterprises:claim_add_paper": needs(Power.ACT_FOR_FIRM, args={"public_id": "x"}, only="POST"),
    "enterprises:claim_remove_paper": needs(
        Power.ACT_FOR_FIRM, args={"public_id": "x", "paper_id": "y"}, only="POST"
    ),
    "enterprises:claim_paper": people(args={"public_id": "of-another", "paper_id": "y"}),
    "enterprises:claim_submit": needs(Power.ACT_FOR_FIRM, args={"public_id": "x"}, only="POST"),
    "enterprises:claim_withdraw": needs(Power.ACT_FOR_FIRM, args={"public_id": "x"}, only="POST"),
    "enterprises:join": everybody(404, args={"link": TOKEN}, also_posts=True),
    # A firm's people are managed by themselves; no rank gets in.
    "enterprises:members": people(args={"public_id": "of-another"}),
    "enterprises:invite": signed_in(args={"public_id": "of-another"}, only="POST"),
    "enterprises:revoke_invitation": signed_in(
        args={"public_id": "of-another", "invitation_id": "x"}, only="POST"
    ),
    "enterprises:end_membership": signed_in(
        args={"public_id": "of-another", "membership_id": "x"}, only="POST"
    ),
    "enterprises:claims": needs(Power.ADMIT_FIRM_PEOPLE),
    "enterprises:decide_claim": needs(Power.ADMIT_FIRM_PEOPLE, make=claim_in_liuyang, also_posts=True),
    "enterprises:claim_phone": needs(
        Power.REVEAL_CONTACTS, args={"public_id": "x", "whose": "owner"}, only="POST"
    ),
    "enterprises:identity_change": needs(Power.MERGE_FIRMS, make=firm_in_liuyang),
    "enterprises:identity_form": needs(
        Power.MERGE_FIRMS, make=lambda: {**firm_in_liuyang(), "kind": "rename"}, also_posts=True
    ),
    "enterprises:duplicates": needs(Power.MERGE_FIRMS),
    "enterprises:duplicates_find": needs(Power.MERGE_FIRMS, only="POST"),
    "enterprises:duplicate": needs(Power.MERGE_FIRMS, make=pair_in_liuyang, also_posts=True),
    "enterprises:duplicate_undo": needs(Power.MERGE_FIRMS, args={"public_id": "none"}, only="POST"),
    # The firm's own people raise and follow it (test_dispute_size); the cast's belong to none.
    "enterprises:dispute_raise": people(make=firm_in_liuyang, also_posts=True),
    "enterprises:disputes": needs(Power.CONFIRM_FACTS),
    "enterprises:dispute": needs(Power.CONFIRM_FACTS, make=dispute_in_liuyang),
    "enterprises:dispute_decide": needs(Power.CONFIRM_FACTS, args={"public_id": "none"}, only="POST"),
    "enterprises:dispute_withdraw": needs(Power.ACT_FOR_FIRM, args={"public_id": "none"}, only="POST"),
    # tables coming in, lists going out: a run is seen by whoever started it
    "enterprises:import_start": needs(Power.IMPORT_FIRMS, also_posts=True),
    "enterprises:import_template": needs(Power.IMPORT_FIRMS),
    "enterprises:import_run": people(args={"public_id": "of-another"}),
    "enterprises:import_columns": people(args={"public_id": "of-another"}, also_posts=True),
    "enterprises:import_choices": needs(Power.IMPORT_FIRMS, args={"public_id": "x"}, only="POST"),
    "enterprises:import_go": needs(Power.IMPORT_FIRMS, args={"public_id": "x"}, only="POST"),
    "enterprises:import_stop": needs(Power.IMPORT_FIRMS, args={"public_id": "x"}, only="POST"),
    "enterprises:import_rejected": people(args={"public_id": "of-another", "kind": "xlsx"}),
    "enterprises:export": needs(Power.EXPORT_FIRMS, also_posts=True),
    "enterprises:export_run": people(args={"public_id": "of-another"}),
    "enterprises:export_file": needs(Power.EXPORT_FIRMS, args={"public_id": "x"}, only="POST"),
}
