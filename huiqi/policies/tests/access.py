"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from huiqi.accounts.powers import Power
from tests.harness.access_rows import TOKEN, Row, everybody, needs, posts, private

ROWS: dict[str, Row] = {
    "policies:catalogue": everybody(),
    "policies:catalogue_export": everybody(),
    "policies:policy": everybody(args={"policy_id": "ui-job-retention-refund"}, also_posts=True),
    "policies:developers": everybody(),
    "policies:check_start": everybody(also_posts=True),
    "policies:check_question": private(also_posts=True, args={"question_id": "basics"}),
    "policies:check_autosave": posts(args={"token": TOKEN, "question_id": "basics"}),
    "policies:check_answers": private(),
    "policies:check_figures": posts(args={"token": TOKEN}),
    "policies:check_delete": private(also_posts=True),
    "policies:check_result": private(),
    "policies:check_facts": posts(args={"token": TOKEN}),
    "policies:check_policy": private(args={"policy_id": "ui-job-retention-refund"}),
    "policies:check_print": private(),
    "policies:check_pdf": private(),
    "policies:check_trace": private(),
    "policies:check_objection": private(),
    "policies:rulebook": needs(Power.EDIT_POLICIES, also_posts=True),
}
