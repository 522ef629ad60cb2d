"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from huiqi.accounts.powers import Power
from huiqi.lists.tests.make import (
    collecting_list,
    foreign_list,
    liuyang_entry,
    noticed_list,
    objection_to_list,
    unmatched_line,
)
from tests.harness.access_rows import Row, behind_sign_in, everybody, needs, people, private

ROWS: dict[str, Row] = {
    "lists:index": needs(Power.VIEW_LISTS),
    "lists:public": everybody(),
    "lists:public_batch": everybody(make=noticed_list),
    "lists:object": everybody(make=noticed_list, also_posts=True),
    "lists:objection_receipt": private(),
    "lists:objection_code": private(),
    "lists:kind": needs(Power.VIEW_LISTS, args={"kind_id": "key-supplier-local"}),
    # Batches are run at the province; of the cast one officer sits there.
    "lists:new_batch": people("province", args={"kind_id": "key-supplier-local"}, also_posts=True),
    "lists:batch": behind_sign_in(lambda name, part: part.has(Power.VIEW_LISTS), make=collecting_list),
    "lists:edit_batch": people("province", make=collecting_list, also_posts=True),
    "lists:step_batch": needs(Power.PUBLISH_LISTS, only="POST", args={"public_id": "none"}),
    "lists:start_notice": people("province", make=noticed_list, also_posts=True),
    "lists:publish": people("province", make=collecting_list, also_posts=True),
    "lists:close_batch": people("province", make=collecting_list, also_posts=True),
    "lists:export": needs(Power.EXPORT_FIRMS, only="POST", args={"public_id": "none"}),
    "lists:propose": behind_sign_in(
        lambda name, part: part.has(Power.RECOMMEND_FOR_LISTS), make=collecting_list, also_posts=True
    ),
    "lists:candidates": behind_sign_in(
        lambda name, part: part.has(Power.RECOMMEND_FOR_LISTS), make=collecting_list
    ),
    "lists:act_on_entries": needs(Power.RECOMMEND_FOR_LISTS, only="POST", args={"public_id": "none"}),
    "lists:entry": needs(Power.VIEW_LISTS, make=liuyang_entry),
    # Offices of the chain at whose turn the firm is (test_fill_entry_forms); nothing is published here.
    "lists:entry_form": people(make=liuyang_entry, also_posts=True),
    "lists:act_on_entry": needs(Power.RECOMMEND_FOR_LISTS, only="POST", args={"public_id": "none"}),
    "lists:remove": needs(Power.PUBLISH_LISTS, only="POST", args={"public_id": "none"}),
    "lists:take_in": people("province", make=foreign_list, also_posts=True),
    "lists:lines": people("province", make=foreign_list),
    "lists:match_line": people("province", make=unmatched_line, also_posts=True),
    "lists:objections": people("province", make=noticed_list),
    "lists:decide": people("province", make=objection_to_list, also_posts=True),
    "lists:comparisons": needs(Power.COMPARE_LISTS, Power.ANSWER_COMPARISONS),
    "lists:comparison_new": needs(Power.COMPARE_LISTS, also_posts=True),
    # Of the unit that asks and the authority that is asked; scope and rank decide nothing here.
    "lists:comparison": people(args={"public_id": "of-another"}),
    "lists:comparison_firms": needs(Power.COMPARE_LISTS, args={"public_id": "x"}, only="POST"),
    "lists:comparison_clear": needs(Power.COMPARE_LISTS, args={"public_id": "x"}, only="POST"),
    "lists:comparison_send": needs(Power.COMPARE_LISTS, args={"public_id": "x"}, only="POST"),
    "lists:comparison_withdraw": needs(Power.COMPARE_LISTS, args={"public_id": "x"}, only="POST"),
    "lists:comparison_codes": needs(
        Power.COMPARE_LISTS, Power.ANSWER_COMPARISONS, args={"public_id": "x"}, only="POST"
    ),
    "lists:comparison_answer": needs(
        Power.COMPARE_LISTS, Power.ANSWER_COMPARISONS, args={"public_id": "x"}, only="POST"
    ),
    "lists:comparison_run": people(args={"public_id": "of-another", "run_id": "y"}),
    "lists:comparison_scan": people(args={"public_id": "of-another", "run_id": "y", "scan_id": "z"}),
}
