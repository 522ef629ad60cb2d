"""Addresses of cases. Each block belongs to one folder of views."""

from django.urls import URLPattern, path

from huiqi.cases.views import (
    asking,
    consultations,
    doors,
    editions,
    figures,
    form_pages,
    imports,
    items,
    own,
    packs,
    public,
    rankings,
    resuming,
    reviews,
)
from huiqi.cases.views.addresses import STAFF

app_name = "cases"
urlpatterns: list[URLPattern] = []
# service items: the public catalogue, and the editor of the staff
urlpatterns += [
    path("items/", items.items, name="items"),
    path("items/<slug:item>/", items.item, name="item"),
    path("editing/", editions.editions, name="editions"),
    path("editing/new/", editions.new_item, name="new_item"),
    path("editing/items/<slug:item>/", editions.item_history, name="item_history"),
    path("editing/items/<slug:item>/draft/", editions.make_draft, name="make_draft"),
    path("editing/items/<slug:item>/withdraw/", editions.withdraw_item, name="withdraw_item"),
    path("editing/editions/<str:public_id>/", editions.edition, name="edition"),
    path("editing/editions/<str:public_id>/preview/", editions.edition_preview, name="edition_preview"),
    path("editing/editions/<str:public_id>/publish/", editions.publish_draft, name="publish_draft"),
    path("editing/editions/<str:public_id>/discard/", editions.discard_draft, name="discard_draft"),
    path("editing/editions/<str:public_id>/part/<slug:section>/", editions.edit_section, name="edit_section"),
]
# pages of the staff
urlpatterns += STAFF
# the requester: asking in steps, drafts
urlpatterns += [
    path("ask/<slug:item>/", asking.ask, name="ask"),
    path("ask/<slug:item>/save/", asking.ask_save, name="ask_save"),
    path("drafts/", resuming.drafts, name="drafts"),
    path("drafts/<str:token>/", asking.draft, name="draft"),
    path("drafts/<str:token>/step/<slug:step>/", asking.draft_step, name="draft_step"),
    path("drafts/<str:token>/step/<slug:step>/save/", asking.draft_save, name="draft_save"),
    path(
        "drafts/<str:token>/files/<str:public_id>/remove/", asking.draft_file_remove, name="draft_file_remove"
    ),
    path("drafts/<str:token>/form/<int:number>/", form_pages.draft_form, name="draft_form"),
    path("drafts/<str:token>/form/<int:number>/save/", form_pages.draft_form_save, name="draft_form_save"),
    path("drafts/<str:token>/check/", asking.draft_check, name="draft_check"),
    path("drafts/<str:token>/send/", asking.draft_send, name="draft_send"),
    path("drafts/<str:token>/receipt/", asking.draft_receipt, name="draft_receipt"),
    path("drafts/<str:token>/discard/", asking.draft_discard, name="draft_discard"),
]
# the requester: own cases, the public query by number and code
urlpatterns += [
    path("mine/", own.own, name="own"),
    path("mine/<str:public_id>/", own.own_case, name="own_case"),
    path("mine/<str:public_id>/files/<str:file_id>/", own.own_file, name="own_file"),
    path("mine/<str:public_id>/do/<slug:act>/", own.own_act, name="own_act"),
    path("progress/", public.progress, name="progress"),
    path("progress/lost/", public.progress_lost, name="progress_lost"),
    path("progress/<str:token>/", public.progress_case, name="progress_case"),
    path("progress/<str:token>/code/", public.progress_code, name="progress_code"),
    path("progress/<str:token>/own/", public.progress_own, name="progress_own"),
    path("progress/<str:token>/own/files/<str:file_id>/", public.progress_file, name="progress_file"),
    path("progress/<str:token>/own/do/<slug:act>/", public.progress_act, name="progress_act"),
]
# the account: figures, ranking, shortages, monthly review
urlpatterns += [
    path("figures/", figures.figures, name="figures"),
    path("figures/ranking/", rankings.ranking, name="ranking"),
    path("figures/ranking/release/", rankings.ranking_release, name="ranking_release"),
    path("figures/shortages/", figures.shortage_board, name="shortages"),
    path("figures/review/", reviews.monthly_review, name="review"),
    path("figures/of/<slug:number>/", figures.figure, name="figure"),
]
# filling in for somebody
urlpatterns += [
    path("take/", doors.take, name="take"),
    path("take/<slug:item>/", doors.take, name="take_item"),
    path("taken/", doors.taken, name="taken"),
    path("taken/<str:public_id>/", doors.taken_one, name="taken_one"),
]
# the consultation desk
urlpatterns += [
    path("consultations/", consultations.consultations, name="consultations"),
    path("consultations/new/<str:public_id>/", consultations.new_consultation, name="new_consultation"),
    path("consultations/<str:public_id>/", consultations.consultation, name="consultation"),
    path(
        "consultations/<str:public_id>/export/", consultations.consultation_export, name="consultation_export"
    ),
    path(
        "consultations/<str:public_id>/act/<slug:name>/",
        consultations.consultation_act,
        name="consultation_act",
    ),
    path(
        "consultations/<str:public_id>/files/<str:file_id>/",
        consultations.consultation_file,
        name="consultation_file",
    ),
]
# other doors: files of the 12345 hotline
urlpatterns += [
    path("import/", imports.imports, name="imports"),
    path("import/template/", imports.import_template, name="import_template"),
    path("import/<str:public_id>/", imports.import_run, name="import_run"),
    path("import/<str:public_id>/columns/", imports.import_columns, name="import_columns"),
    path("import/<str:public_id>/stop/", imports.import_stop, name="import_stop"),
    path("import/<str:public_id>/go/", imports.import_go, name="import_go"),
    path("import/<str:public_id>/rejected/", imports.import_rejected, name="import_rejected"),
]
# offline packs
urlpatterns += [
    path("packs/", packs.packs, name="packs"),
    path("packs/make/", packs.pack_make, name="pack_make"),
    path("packs/upload/", packs.pack_upload, name="pack_upload"),
    path("packs/check/", packs.receipt_check, name="receipt_check"),
    path("packs/<str:public_id>/extend/", packs.pack_extend, name="pack_extend"),
    path("packs/<str:public_id>/file/", packs.pack_file, name="pack_file"),
    path("packs/merges/<str:public_id>/", packs.pack_merge, name="pack_merge"),
    path("packs/merges/<str:public_id>/go/", packs.pack_merge_go, name="pack_merge_go"),
    path("packs/merges/<str:public_id>/stop/", packs.pack_merge_stop, name="pack_merge_stop"),
    path("packs/merges/<str:public_id>/receipt/", packs.pack_receipt, name="pack_receipt"),
    path("packs/merges/<str:public_id>/rejected/", packs.pack_rejected, name="pack_rejected"),
]
