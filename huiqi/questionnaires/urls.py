"""Addresses of questionnaires: of who makes them. Answering has its pages in huiqi.surveys."""

from django.urls import path

from huiqi.questionnaires.views import builder, staff

app_name = "questionnaires"
urlpatterns = [
    path("", staff.questionnaires, name="questionnaires"),
    path("new/", staff.new_questionnaire, name="new"),
    path("<str:public_id>/", staff.questionnaire, name="questionnaire"),
    path("<str:public_id>/upload/", staff.upload, name="upload"),
    path("<str:public_id>/approval/", staff.approval, name="approval"),
    path("<str:public_id>/build/", builder.build, name="build"),
    path("<str:public_id>/build/start/", builder.build_start, name="build_start"),
    path("<str:public_id>/build/do/", builder.build_act, name="build_act"),
    path("<str:public_id>/build/preview/", builder.build_preview, name="build_preview"),
    path("<str:public_id>/build/file/", builder.build_file, name="build_file"),
    path("<str:public_id>/do/<slug:name>/", staff.questionnaire_act, name="questionnaire_act"),
    path("<str:public_id>/<str:version_id>/try/", staff.try_version, name="try_version"),
    path("<str:public_id>/<str:version_id>/", staff.version, name="version"),
    path("<str:public_id>/<str:version_id>/original/", staff.original, name="original"),
    path("<str:public_id>/<str:version_id>/do/<slug:name>/", staff.version_act, name="version_act"),
]
