from django.urls import path

from huiqi.grants.views import applications, calls, own, public, reviews, rounds

app_name = "grants"
urlpatterns = [
    path("", applications.applications, name="applications"),
    path("export/", applications.export, name="export"),
    path("applications/<slug:public_id>/", applications.application, name="application"),
    path(
        "applications/<slug:public_id>/files/<slug:file_id>/",
        applications.application_file,
        name="application_file",
    ),
    path("applications/<slug:public_id>/findings/<slug:finding_id>/", applications.clear, name="clear"),
    path("applications/<slug:public_id>/<slug:name>/", applications.act, name="act"),
    path("calls/", calls.calls, name="calls"),
    path("calls/new/", calls.call_new, name="call_new"),
    path("calls/<slug:public_id>/", calls.call, name="call"),
    path("calls/<slug:public_id>/change/", calls.call_change, name="call_change"),
    path("calls/<slug:public_id>/<slug:name>/", calls.call_act, name="call_act"),
    path("rounds/<slug:public_id>/", rounds.round_page, name="round"),
    path("rounds/<slug:public_id>/files/<slug:file_id>/", rounds.round_file, name="round_file"),
    path("rounds/<slug:public_id>/<slug:name>/", rounds.round_act, name="round_act"),
    path("objections/<slug:public_id>/<slug:name>/", rounds.objection_act, name="objection_act"),
    path("payments/<slug:public_id>/", rounds.payment_list, name="payment_list"),
    path("payments/<slug:public_id>/export/", rounds.payment_export, name="payment_export"),
    path("payments/<slug:public_id>/<slug:name>/", rounds.payment_act, name="payment_act"),
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/<slug:public_id>/", reviews.review, name="review"),
    path("mine/", own.own, name="own"),
    path("mine/calls/<slug:public_id>/<slug:firm_id>/", own.apply, name="apply"),
    path("mine/<slug:public_id>/", own.own_application, name="own_application"),
    path("mine/<slug:public_id>/<slug:name>/", own.own_act, name="own_act"),
    path("public/", public.notices, name="notices"),
    path("public/<slug:public_id>/", public.notice, name="notice"),
    path("public/<slug:public_id>/object/", public.object_to, name="object"),
    path("objection/<str:token>/", public.objection_receipt, name="objection_receipt"),
]
