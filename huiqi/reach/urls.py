from django.urls import path

from huiqi.reach.views import calls, firm, funnel, preparations, statuses, ways

app_name = "reach"
urlpatterns = [
    path("", funnel.funnel, name="funnel"),
    path("lists/", preparations.preparations, name="preparations"),
    path("lists/new/", preparations.new, name="new"),
    path("lists/<slug:public_id>/", preparations.preparation, name="preparation"),
    path("lists/<slug:public_id>/file/", preparations.export, name="export"),
    path("lists/<slug:public_id>/status/", statuses.receive, name="receive"),
    path("lists/<slug:public_id>/status/form/", statuses.blank, name="blank"),
    path("lists/<slug:public_id>/<slug:name>/", preparations.act, name="act"),
    path("status/<slug:public_id>/", statuses.status_file, name="status_file"),
    path("firms/", ways.ways, name="ways"),
    path("firms/export/", ways.export, name="ways_export"),
    path("calls/", calls.calls, name="calls"),
    path("calls/<slug:public_id>/", calls.call, name="call"),
    path("own/<slug:public_id>/", firm.own, name="own"),
    path("own/<slug:public_id>/<slug:journey_id>/<slug:name>/", firm.say, name="say"),
]
