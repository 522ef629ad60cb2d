"""Who may open which address of the API, one row each; how to write one: access_rows.py beside it."""

from tests.harness.access_rows import Row, everybody

ROWS: dict[str, Row] = {
    "api:openapi-json": everybody(),
    "api:openapi-view": everybody(),
    "api:api-root": everybody(404),
    "api:list_divisions": everybody(),
    "api:search_divisions": everybody(422),
    "api:get_division": everybody(args={"code": "430181"}),
    "api:list_industries": everybody(),
    "api:search_industries": everybody(422),
    "api:get_industry": everybody(args={"code": "2770"}),
    "api:get_size_class": everybody(),
    "api:post_size_class": everybody(),
    "api:workdays_due": everybody(422),
    "api:workdays_between": everybody(422),
    "api:list_policies": everybody(),
    "api:get_policy": everybody(args={"policy_id": "ui-job-retention-refund"}),
    "api:list_facts": everybody(),
    "api:judge_firm": everybody(405, only="POST"),
    "api:list_items": everybody(),
    # Cases of the account's own; those of others are as if there were none.
    "api:own_case_status": Row(lambda name, part: True, 404, visitor=401, args={"number": "0000000000"}),
    "api:post_case": everybody(405, only="POST"),
    "api:case_status": everybody(405, only="POST", args={"number": "1234567890"}),
    # Programs alone: a session opens none of these, a token is its person within its scopes.
    "api:list_runs": everybody(401),
    "api:get_run": everybody(401, args={"public_id": "0" * 16}),
    "api:list_verdicts": everybody(401, args={"public_id": "0" * 16, "policy": "si-defer"}),
    "api:list_batches": everybody(401),
    "api:list_entries": everybody(401, args={"public_id": "0" * 16}),
    "api:get_funnel": everybody(401),
}
