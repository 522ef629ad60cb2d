"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from huiqi.accounts.powers import Power
from huiqi.arrears.tests.make import claim_in_liuyang as late_claim
from huiqi.arrears.tests.make import report_in_liuyang
from tests.harness.access_rows import Row, needs, people

ROWS: dict[str, Row] = {
    "arrears:debtors": needs(Power.VIEW_CASES),
    "arrears:debtor": needs(Power.VIEW_CASES, make=late_claim),
    "arrears:open_claim": needs(
        Power.DISPATCH_CASES, Power.HANDLE_CASES, args={"public_id": "0" * 16}, only="POST"
    ),
    "arrears:claim": needs(Power.VIEW_CASES, make=late_claim),
    "arrears:claim_change": people("county", make=late_claim, also_posts=True),
    "arrears:claim_file": people(args={"public_id": "0" * 16, "file_id": "0" * 16}),
    "arrears:claim_act": needs(
        Power.VIEW_CASES,
        Power.HANDLE_CASES,
        Power.ACT_FOR_FIRM,
        args={"public_id": "0" * 16, "name": "pay"},
        only="POST",
    ),
    "arrears:ledger": needs(Power.VIEW_CASES),
    "arrears:ledger_export": needs(Power.VIEW_CASES, only="POST"),
    "arrears:ledger_import": needs(Power.HANDLE_CASES, Power.DISPATCH_CASES, also_posts=True),
    "arrears:ledger_units": needs(Power.DISPATCH_CASES, also_posts=True),
    "arrears:my_reports": needs(Power.HANDLE_CASES),
    "arrears:burn_down": needs(Power.VIEW_CASES, args={"year": 2020}, also_posts=True),
    "arrears:report": needs(Power.VIEW_CASES, make=report_in_liuyang, also_posts=True),
}
