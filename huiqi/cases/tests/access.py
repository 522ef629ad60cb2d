"""Who may open which address of this app, one row each; how to write one: tests/harness/access_rows.py."""

from typing import Any

from huiqi.accounts.powers import Power
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
from tests.harness.access_rows import (
    TOKEN,
    Row,
    behind_sign_in,
    everybody,
    needs,
    owned_by_nobody_here,
    people,
    posts,
    private,
    signed_in,
    takes_and_dispatches,
    takes_requests,
    works_on_items,
)


def only_offer_item() -> dict[str, Any]:
    """The item of the page without arguments is offered."""
    offered_item()
    return {}


ROWS: dict[str, Row] = {
    "cases:items": everybody(),
    "cases:item": everybody(make=offered_item),
    "cases:editions": needs(Power.EDIT_ITEMS, Power.PUBLISH_ITEMS),
    "cases:new_item": needs(Power.EDIT_ITEMS, also_posts=True),
    "cases:item_history": works_on_items(make=offered_item),
    "cases:make_draft": needs(Power.EDIT_ITEMS, args={"item": "request"}, only="POST"),
    "cases:packs": takes_and_dispatches(),
    "cases:pack_make": takes_and_dispatches(only="POST"),
    "cases:pack_upload": takes_and_dispatches(only="POST"),
    "cases:pack_extend": takes_and_dispatches(args={"public_id": "x"}, only="POST"),
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
    "cases:draft_form": private(args={"number": 1}, also_posts=True),
    "cases:draft_form_save": posts(args={"token": TOKEN, "number": 1}),
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
}
