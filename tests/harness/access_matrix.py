"""Who may open which address: one row each. How to write a row: access_rows.py beside it."""

from typing import Any

from huiqi.accounts.powers import Power
from huiqi.arrears.tests.make import claim_in_liuyang as late_claim
from huiqi.arrears.tests.make import report_in_liuyang
from huiqi.cases.tests.make import (
    case_in_liuyang,
    case_to_dispatch,
    draft_section,
    green_case,
    item_draft,
    knot_in_liuyang,
    offered_item,
    promised_permit,
    template_for_all,
)
from huiqi.cases.tests.make_letters import letter_in_liuyang
from huiqi.enterprises.tests.make import (
    claim_in_liuyang,
    dispute_in_liuyang,
    firm_in_liuyang,
    pair_in_liuyang,
)
from huiqi.knowledge.tests.make import shown_wording
from huiqi.lists.tests.make import (
    collecting_list,
    foreign_list,
    liuyang_entry,
    noticed_list,
    objection_to_list,
    unmatched_line,
)
from huiqi.stationing.tests.make import (
    escalation_in_liuyang,
    key_firm_in_liuyang,
    line_in_liuyang,
    stationing_in_liuyang,
)
from huiqi.surveys.tests.make import (
    open_cover,
    published_questionnaire,
    published_version,
    survey_of_province,
)
from tests.harness.access_rows import (
    ADMINISTRATION,
    TOKEN,
    Row,
    behind_sign_in,
    everybody,
    makes_questionnaires,
    needs,
    of_province,
    owned_by_nobody_here,
    people,
    posts,
    private,
    reads_wording,
    signed_in,
    takes_and_dispatches,
    takes_requests,
    works_on_items,
)


def only_offer_item() -> dict[str, Any]:
    """The item of the page without arguments is offered."""
    offered_item()
    return {}


MATRIX: dict[str, Row] = {
    "core:home": everybody(),
    "core:healthz": everybody(),
    "core:large_type": posts(),
    "core:desk": signed_in(),
    "core:search": signed_in(also_posts=True),
    "core:guide_dismiss": signed_in(only="POST"),
    "core:guide_back": signed_in(only="POST"),
    "core:job": owned_by_nobody_here(args={"public_id": "of-another"}),
    "core:job_cancel": signed_in(args={"public_id": "of-another"}, only="POST"),
    "set_language": everybody(302),  # Django's own: a GET only goes back to where one was
    "gallery": everybody(),
    # --- accounts ---
    "accounts:sign_in": Row(lambda name, part: True, 302, visitor=200, also_posts=True),
    "account_login": Row(lambda name, part: True, 302, visitor=200, also_posts=True),
    "accounts:sign_out": posts(),
    "account_logout": posts(),
    "mfa_authenticate": everybody(302, also_posts=True),  # nobody is half-way through signing in here
    "mfa_login_webauthn": everybody(302, also_posts=True),
    "admin_login": everybody(302, also_posts=True),
    "admin_password": everybody(302, also_posts=True),
    "account_reauthenticate": signed_in(also_posts=True),
    "mfa_reauthenticate": signed_in(status=302, also_posts=True),  # has no code: on to the password
    "mfa_reauthenticate_webauthn": signed_in(status=302, also_posts=True),
    "mfa_index": signed_in(),
    "mfa_activate_totp": signed_in(also_posts=True),
    "mfa_deactivate_totp": people(also_posts=True),  # none of the cast has one
    "mfa_add_webauthn": signed_in(also_posts=True),
    "mfa_remove_webauthn": people(also_posts=True, args={"pk": 1}),
    "mfa_view_recovery_codes": people(),
    "mfa_generate_recovery_codes": signed_in(only="POST"),
    "accounts:password": signed_in(also_posts=True),
    "accounts:session_end": signed_in(only="POST", args={"public_id": "of-another"}),
    "accounts:sessions_end_others": signed_in(only="POST"),
    "accounts:sign_up": Row(lambda name, part: True, 302, visitor=200, also_posts=True),
    "accounts:join": private(also_posts=True),
    "accounts:people": needs(*ADMINISTRATION, also_posts=True),
    "accounts:people_export": needs(*ADMINISTRATION, only="POST"),
    "accounts:person": needs(*ADMINISTRATION, args={"public_id": "nobody-here"}, status=404),
    "accounts:person_role": needs(
        Power.MANAGE_ACCESS, args={"public_id": "nobody-here"}, status=404, also_posts=True
    ),
    "accounts:person_act": needs(
        *(Power.MANAGE_UNITS, Power.MANAGE_ACCESS),
        only="POST",
        args={"public_id": "nobody-here", "name": "switch-off"},
    ),
    "accounts:locks": needs(Power.MANAGE_ACCESS),
    "accounts:lock_lift": needs(Power.MANAGE_ACCESS, only="POST", args={"public_id": "none"}),
    "accounts:units": needs(Power.MANAGE_UNITS),
    "accounts:unit_add": needs(Power.MANAGE_UNITS, also_posts=True),
    "accounts:unit": needs(Power.MANAGE_UNITS, args={"public_id": "none"}, status=404, also_posts=True),
    "accounts:unit_switch": needs(Power.MANAGE_UNITS, only="POST", args={"public_id": "none"}),
    "accounts:invitations": needs(Power.MANAGE_UNITS),
    "accounts:invite": needs(Power.MANAGE_UNITS, also_posts=True),
    "accounts:invitation_revoke": needs(Power.MANAGE_UNITS, only="POST", args={"public_id": "none"}),
    "accounts:deputies": needs(Power.USE_OFFICE),
    "accounts:deputy_add": needs(Power.USE_OFFICE, also_posts=True),
    "accounts:deputy_end": signed_in(only="POST", args={"public_id": "of-another"}),
    "accounts:tokens": signed_in(),
    "accounts:token_grant": needs(Power.MANAGE_ACCESS, also_posts=True),
    "accounts:token_draw": signed_in(only="POST", args={"public_id": "of-another"}),
    "accounts:token_revoke": signed_in(only="POST", args={"public_id": "of-another"}),
    "accounts:reviews": needs(Power.MANAGE_ACCESS),
    "accounts:review_open": needs(Power.MANAGE_ACCESS, only="POST"),
    "accounts:review": needs(Power.MANAGE_ACCESS, args={"public_id": "none"}, status=404),
    "accounts:review_export": needs(Power.MANAGE_ACCESS, only="POST", args={"public_id": "none"}),
    "accounts:review_keep": needs(Power.MANAGE_ACCESS, only="POST", args={"public_id": "none"}),
    "accounts:review_sign_off": needs(Power.MANAGE_ACCESS, only="POST", args={"public_id": "none"}),
    "accounts:review_decide": needs(
        Power.MANAGE_ACCESS, only="POST", args={"public_id": "none", "line_id": 1}
    ),
    "accounts:audit": needs(Power.READ_AUDIT),
    "accounts:audit_export": needs(Power.READ_AUDIT, only="POST"),
    "accounts:audit_prove": needs(Power.READ_AUDIT, only="POST"),
    # --- reference ---
    "reference:industry_options": everybody(),
    "reference:division_options": everybody(),
    # --- policies ---
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
    # --- enterprises ---
    "enterprises:register": needs(Power.VIEW_REGISTER, also_posts=True),
    "enterprises:register_views": needs(Power.VIEW_REGISTER),
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
    # --- files, messages ---
    "messages:notices": signed_in(),
    "messages:open": signed_in(args={"public_id": "of-another"}, only="POST"),
    "messages:read_all": signed_in(only="POST"),
    "messages:preferences": signed_in(also_posts=True),
    "messages:outbox": signed_in(),
    # --- lists ---
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
    # --- knowledge: approved wording ---
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
    # --- hotline ---
    "hotline:desk": needs(Power.ANSWER_CALLS),
    "hotline:pops": needs(Power.ANSWER_CALLS),
    "hotline:start": needs(Power.ANSWER_CALLS, only="POST"),
    # A call is its agent's alone, and only while it lasts.
    "hotline:call": people(args={"public_id": "of-another"}),
    "hotline:prove": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:suggest": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:register": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:wish": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:end": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:message": needs(Power.ANSWER_CALLS, args={"public_id": "x", "case_id": "y"}, only="POST"),
    "hotline:withdraw": needs(Power.ANSWER_CALLS, args={"public_id": "x", "case_id": "y"}, only="POST"),
    "hotline:call_backs": needs(Power.CALL_BACK),
    # What one holds oneself; none of the cast holds one.
    "hotline:call_back": people(),
    "hotline:answer_call_back": needs(Power.CALL_BACK, only="POST"),
    "hotline:release_call_back": needs(Power.CALL_BACK, only="POST"),
    "hotline:claim_call_back": needs(Power.CALL_BACK, args={"public_id": "x"}, only="POST"),
    "hotline:dial_case": needs(Power.CALL_BACK, Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:dial_wish": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:take_wish": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:answer_wish": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    "hotline:shifts": needs(Power.ANSWER_CALLS),
    "hotline:begin_shift": needs(Power.ANSWER_CALLS, only="POST"),
    "hotline:end_shift": needs(Power.ANSWER_CALLS, only="POST"),
    "hotline:take_over": needs(Power.ANSWER_CALLS, args={"public_id": "x"}, only="POST"),
    # --- stationing ---
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
    # --- cases: service items ---
    "cases:items": everybody(),
    "cases:item": everybody(make=offered_item),
    "cases:editions": needs(Power.EDIT_ITEMS, Power.PUBLISH_ITEMS),
    "cases:new_item": needs(Power.EDIT_ITEMS, also_posts=True),
    "cases:item_history": works_on_items(make=offered_item),
    "cases:make_draft": needs(Power.EDIT_ITEMS, args={"item": "request"}, only="POST"),
    "cases:packs": takes_and_dispatches(),
    "cases:pack_make": takes_and_dispatches(only="POST"),
    "cases:pack_upload": takes_and_dispatches(only="POST"),
    "cases:pack_file": takes_and_dispatches(args={"public_id": "x"}, only="POST"),
    "cases:receipt_check": takes_and_dispatches(),
    "cases:pack_merge": owned_by_nobody_here(args={"public_id": "of-another"}),
    "cases:pack_merge_go": takes_and_dispatches(args={"public_id": "x"}, only="POST"),
    "cases:pack_merge_stop": takes_and_dispatches(args={"public_id": "x"}, only="POST"),
    "cases:pack_receipt": owned_by_nobody_here(args={"public_id": "of-another"}),
    "cases:pack_rejected": owned_by_nobody_here(args={"public_id": "of-another"}),
    "cases:imports": takes_and_dispatches(also_posts=True),
    "cases:import_columns": owned_by_nobody_here(args={"public_id": "of-another"}, also_posts=True),
    "cases:import_stop": takes_and_dispatches(args={"public_id": "x"}, only="POST"),
    "cases:import_template": takes_and_dispatches(),
    "cases:import_run": owned_by_nobody_here(args={"public_id": "of-another"}),
    "cases:import_go": takes_and_dispatches(args={"public_id": "x"}, only="POST"),
    "cases:import_rejected": owned_by_nobody_here(args={"public_id": "of-another"}),
    "cases:withdraw_item": needs(Power.PUBLISH_ITEMS, args={"item": "request"}, only="POST"),
    "cases:edition": works_on_items(make=item_draft),
    "cases:edition_preview": works_on_items(make=item_draft),
    "cases:publish_draft": needs(Power.PUBLISH_ITEMS, args={"public_id": "x"}, only="POST"),
    "cases:discard_draft": needs(Power.EDIT_ITEMS, args={"public_id": "x"}, only="POST"),
    "cases:ask": everybody(make=offered_item, also_posts=True),
    "cases:ask_save": posts(args={"item": "request"}),
    "cases:drafts": everybody(also_posts=True),
    "cases:draft": private(),
    "cases:draft_step": private(args={"step": "who"}, also_posts=True),
    "cases:draft_save": posts(args={"token": TOKEN, "step": "who"}),
    "cases:draft_file_remove": posts(args={"token": TOKEN, "public_id": "x"}),
    "cases:draft_check": private(),
    "cases:draft_send": posts(args={"token": TOKEN}),
    "cases:draft_receipt": private(),
    "cases:draft_discard": private(also_posts=True),
    "cases:own": signed_in(),
    "cases:own_case": owned_by_nobody_here(args={"public_id": "0" * 16}),
    "cases:own_act": signed_in(args={"public_id": "0" * 16, "act": "rate"}, only="POST"),
    "cases:own_file": owned_by_nobody_here(args={"public_id": "0" * 16, "file_id": "0" * 16}),
    "cases:progress_file": private(args={"file_id": "0" * 16}),
    "cases:progress_lost": everybody(also_posts=True),
    "cases:progress": everybody(also_posts=True),
    "cases:progress_case": private(),
    "cases:progress_code": posts(args={"token": TOKEN}),
    "cases:progress_own": private(),
    "cases:progress_act": posts(args={"token": TOKEN, "act": "rate"}),
    "cases:take": takes_requests(make=only_offer_item, also_posts=True),
    "cases:take_item": takes_requests(make=offered_item, also_posts=True),
    "cases:taken": needs(Power.TAKE_REQUESTS),
    "cases:taken_one": owned_by_nobody_here(args={"public_id": "0" * 16}),
    "cases:queue": needs(Power.VIEW_CASES, Power.HANDLE_CASES, also_posts=True),
    "cases:bulk": needs(Power.VIEW_CASES, Power.HANDLE_CASES, only="POST"),
    "cases:export": needs(Power.VIEW_CASES, only="POST"),
    "cases:view_save": needs(Power.VIEW_CASES, Power.HANDLE_CASES, only="POST"),
    "cases:view_delete": needs(
        Power.VIEW_CASES, Power.HANDLE_CASES, args={"public_id": "0" * 16}, only="POST"
    ),
    "cases:desk": needs(Power.DISPATCH_CASES),
    "cases:knot": needs(Power.DISPATCH_CASES, Power.SUPERVISE_CASES, make=knot_in_liuyang),
    "cases:knot_act": needs(
        Power.DISPATCH_CASES,
        Power.SUPERVISE_CASES,
        args={"public_id": "0" * 16, "name": "confirm"},
        only="POST",
    ),
    "cases:answer_templates": needs(Power.HANDLE_CASES, Power.REVIEW_ANSWERS, Power.EDIT_ITEMS),
    "cases:new_answer_template": needs(
        Power.HANDLE_CASES, Power.REVIEW_ANSWERS, Power.EDIT_ITEMS, also_posts=True
    ),
    "cases:answer_template": behind_sign_in(
        lambda name, part: any(
            part.has(power) for power in (Power.HANDLE_CASES, Power.REVIEW_ANSWERS, Power.EDIT_ITEMS)
        ),
        make=template_for_all,
        also_posts=True,
    ),
    "cases:answer_template_withdraw": needs(
        Power.HANDLE_CASES,
        Power.REVIEW_ANSWERS,
        Power.EDIT_ITEMS,
        args={"public_id": "0" * 16},
        only="POST",
    ),
    "cases:red_list": needs(Power.SUPERVISE_CASES),
    "cases:unit_names": needs(Power.VIEW_CASES, Power.HANDLE_CASES),
    "cases:case": needs(Power.VIEW_CASES, make=case_in_liuyang),
    # Acting is the desk's: whoever sees the county from above does not dispatch for it.
    "cases:dispatch": people("county", make=case_to_dispatch, also_posts=True),
    "cases:reveal": needs(Power.VIEW_CASES, Power.HANDLE_CASES, args={"public_id": "0" * 16}, only="POST"),
    "cases:case_file": people(args={"public_id": "0" * 16, "file_id": "0" * 16}),
    "cases:act": needs(
        Power.VIEW_CASES, Power.HANDLE_CASES, args={"public_id": "0" * 16, "name": "accept"}, only="POST"
    ),
    # The green channel: the desk's, and of the units that handle the case.
    "cases:new_permit": people("county", make=green_case, also_posts=True),
    "cases:permit": people("county", make=promised_permit, also_posts=True),
    "cases:permit_good": needs(
        Power.VIEW_CASES,
        Power.HANDLE_CASES,
        args={"public_id": "0" * 16, "permit_id": "0" * 16},
        only="POST",
    ),
    "cases:pass_check": people("county", make=green_case, also_posts=True),
    "cases:edit_section": behind_sign_in(
        lambda name, part: part.has(Power.EDIT_ITEMS), make=draft_section, also_posts=True
    ),
    # --- cases: letters of consultation, and the account ---
    "cases:consultations": needs(
        Power.VIEW_CASES, Power.DISPATCH_CASES, Power.REVIEW_ANSWERS, Power.HANDLE_CASES
    ),
    # Begun by the desk of the case alone.
    "cases:new_consultation": people("county", make=case_to_dispatch, also_posts=True),
    "cases:consultation": needs(Power.VIEW_CASES, make=letter_in_liuyang),
    "cases:consultation_export": needs(
        Power.VIEW_CASES,
        Power.DISPATCH_CASES,
        Power.REVIEW_ANSWERS,
        Power.HANDLE_CASES,
        args={"public_id": "x"},
        only="POST",
    ),
    "cases:consultation_act": needs(
        Power.VIEW_CASES,
        Power.DISPATCH_CASES,
        Power.REVIEW_ANSWERS,
        Power.HANDLE_CASES,
        args={"public_id": "x", "name": "change"},
        only="POST",
    ),
    "cases:consultation_file": people(args={"public_id": "x", "file_id": "y"}),
    "cases:figures": needs(Power.VIEW_CASE_FIGURES),
    "cases:figure": needs(Power.VIEW_CASE_FIGURES, args={"number": "solved"}),
    "cases:shortages": needs(Power.VIEW_CASE_FIGURES),
    "cases:ranking": needs(Power.VIEW_CASE_FIGURES, Power.HANDLE_CASES),
    "cases:ranking_release": needs(Power.RELEASE_RANKING, only="POST"),
    "cases:review": needs(Power.VIEW_CASE_FIGURES, also_posts=True),
    # --- arrears ---
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
    # --- the API ---
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
    # --- questionnaires and surveys ---
    "questionnaires:questionnaires": needs(Power.EDIT_QUESTIONNAIRES),
    "questionnaires:new": needs(Power.EDIT_QUESTIONNAIRES, also_posts=True),
    # Published ones are for all who make questionnaires; their drafts stay with the unit.
    "questionnaires:questionnaire": makes_questionnaires(make=published_questionnaire),
    "questionnaires:version": makes_questionnaires(make=published_version),
    "questionnaires:original": makes_questionnaires(make=published_version),
    "questionnaires:upload": needs(Power.EDIT_QUESTIONNAIRES, args={"public_id": "0" * 16}, only="POST"),
    "questionnaires:approval": needs(Power.EDIT_QUESTIONNAIRES, args={"public_id": "0" * 16}, only="POST"),
    "questionnaires:version_act": needs(
        Power.EDIT_QUESTIONNAIRES,
        args={"public_id": "0" * 16, "version_id": "0" * 16, "name": "publish"},
        only="POST",
    ),
    "surveys:surveys": needs(Power.EDIT_QUESTIONNAIRES),
    "surveys:new": needs(Power.EDIT_QUESTIONNAIRES, also_posts=True),
    "surveys:survey": of_province(make=survey_of_province),
    "surveys:change": of_province(make=survey_of_province, also_posts=True),
    "surveys:act": needs(
        Power.EDIT_QUESTIONNAIRES, args={"public_id": "0" * 16, "name": "close"}, only="POST"
    ),
    "surveys:cover": everybody(make=open_cover, also_posts=True),
    "surveys:resume": everybody(also_posts=True),
    "surveys:fill": private(),
    "surveys:page": private(args={"number": 1}),
    "surveys:save": posts(args={"token": TOKEN, "number": 1}),
    "surveys:check": private(),
    "surveys:done": private(),
    "surveys:elsewhere": private(),
    "surveys:discard": private(),
}
