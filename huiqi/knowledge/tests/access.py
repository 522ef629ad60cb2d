"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from huiqi.accounts.powers import Power
from huiqi.knowledge.tests.make import shown_wording
from tests.harness.access_rows import Row, behind_sign_in, everybody, needs, people, reads_wording

ROWS: dict[str, Row] = {
    "knowledge:answers": everybody(),
    "knowledge:answer": everybody(make=shown_wording),
    "knowledge:wordings": reads_wording(),
    "knowledge:wording": reads_wording(make=shown_wording),
    "knowledge:new": needs(Power.EDIT_ITEMS, also_posts=True),
    # From a closed case that the person may see; this one is nobody's.
    "knowledge:grow": people(args={"number": "0000000000"}),
    "knowledge:edit": behind_sign_in(
        lambda name, part: part.has(Power.EDIT_ITEMS), make=shown_wording, also_posts=True
    ),
    "knowledge:approve": needs(Power.PUBLISH_ITEMS, args={"public_id": "x"}, only="POST"),
    "knowledge:withdraw": needs(Power.PUBLISH_ITEMS, args={"public_id": "x"}, only="POST"),
    "knowledge:discard": needs(
        Power.VIEW_CASES, Power.HANDLE_CASES, Power.EDIT_ITEMS, args={"public_id": "x"}, only="POST"
    ),
}
