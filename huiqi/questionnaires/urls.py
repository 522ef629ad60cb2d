"""Addresses of questionnaires: of who makes them. Answering has its pages in huiqi.surveys."""

from django.urls import path

from huiqi.questionnaires.views import staff

app_name = "questionnaires"
urlpatterns = [
    path("", staff.questionnaires, name="questionnaires"),
    path("new/", staff.new_questionnaire, name="new"),
    path("<str:public_id>/", staff.questionnaire, name="questionnaire"),
    path("<str:public_id>/upload/", staff.upload, name="upload"),
    path("<str:public_id>/approval/", staff.approval, name="approval"),
    path("<str:public_id>/<str:version_id>/", staff.version, name="version"),
    path("<str:public_id>/<str:version_id>/original/", staff.original, name="original"),
    path("<str:public_id>/<str:version_id>/do/<slug:name>/", staff.version_act, name="version_act"),
]
