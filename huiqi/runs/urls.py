"""Addresses of runs."""

from django.urls import path

from huiqi.runs.views import firms, runs

app_name = "runs"
urlpatterns = [
    path("", runs.runs, name="runs"),
    path("start/", runs.start, name="start"),
    path("<str:public_id>/", runs.run, name="run"),
    path("<str:public_id>/resume/", runs.resume, name="resume"),
    path("<str:public_id>/<slug:policy>/", runs.policy, name="policy"),
    path("<str:public_id>/<slug:policy>/firms/", firms.firms, name="firms"),
    path("<str:public_id>/<slug:policy>/export/", firms.firms_export, name="firms_export"),
]
