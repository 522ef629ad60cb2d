from django.urls import path

from huiqi.lists.views import batches, comparison, entries, entry_forms, exports, imports, notices, proposals

app_name = "lists"
urlpatterns = [
    path("", batches.index, name="index"),
    # for everybody
    path("public/", notices.public, name="public"),
    path("public/<str:public_id>/", notices.public_batch, name="public_batch"),
    path("public/<str:public_id>/objection/", notices.object_to, name="object"),
    path("receipts/<str:token>/code/", notices.objection_code, name="objection_code"),
    path("receipts/<str:token>/", notices.objection_receipt, name="objection_receipt"),
    # kinds and batches
    path("kinds/<str:kind_id>/", batches.kind, name="kind"),
    path("kinds/<str:kind_id>/new/", batches.new_batch, name="new_batch"),
    path("batches/<str:public_id>/", entries.batch, name="batch"),
    path("batches/<str:public_id>/edit/", batches.edit_batch, name="edit_batch"),
    path("batches/<str:public_id>/step/", batches.step_batch, name="step_batch"),
    path("batches/<str:public_id>/notice/", batches.start_notice, name="start_notice"),
    path("batches/<str:public_id>/publish/", batches.publish, name="publish"),
    path("batches/<str:public_id>/close/", batches.close_batch, name="close_batch"),
    path("batches/<str:public_id>/export/", exports.export, name="export"),
    # firms
    path("batches/<str:public_id>/propose/", proposals.propose, name="propose"),
    path("batches/<str:public_id>/candidates/", proposals.candidates, name="candidates"),
    path("batches/<str:public_id>/act/", entries.act_on_entries, name="act_on_entries"),
    path("entries/<str:public_id>/", entries.entry, name="entry"),
    path("entries/<str:public_id>/form/", entry_forms.entry_form, name="entry_form"),
    path("entries/<str:public_id>/act/", entries.act_on_entry, name="act_on_entry"),
    path("entries/<str:public_id>/remove/", entries.remove, name="remove"),
    # other authorities' lists
    path("batches/<str:public_id>/take-in/", imports.take_in, name="take_in"),
    path("batches/<str:public_id>/lines/", imports.lines, name="lines"),
    path("lines/<str:public_id>/", imports.match_line, name="match_line"),
    # objections
    path("batches/<str:public_id>/objections/", notices.objections, name="objections"),
    path("objections/<str:public_id>/", notices.decide, name="decide"),
    # list comparison
    path("comparisons/", comparison.comparisons, name="comparisons"),
    path("comparisons/new/", comparison.comparison_new, name="comparison_new"),
    path("comparisons/<str:public_id>/", comparison.comparison, name="comparison"),
    path("comparisons/<str:public_id>/firms/", comparison.comparison_firms, name="comparison_firms"),
    path("comparisons/<str:public_id>/clear/", comparison.comparison_clear, name="comparison_clear"),
    path("comparisons/<str:public_id>/send/", comparison.comparison_send, name="comparison_send"),
    path("comparisons/<str:public_id>/withdraw/", comparison.comparison_withdraw, name="comparison_withdraw"),
    path("comparisons/<str:public_id>/codes/", comparison.comparison_codes, name="comparison_codes"),
    path("comparisons/<str:public_id>/answer/", comparison.comparison_answer, name="comparison_answer"),
    path(
        "comparisons/<str:public_id>/answers/<str:run_id>/", comparison.comparison_run, name="comparison_run"
    ),
    path(
        "comparisons/<str:public_id>/answers/<str:run_id>/scans/<str:scan_id>/",
        comparison.comparison_scan,
        name="comparison_scan",
    ),
]
