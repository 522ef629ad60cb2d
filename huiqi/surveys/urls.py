"""Addresses of surveys: short ones for who answers, the others for who runs them."""

from django.urls import path

from huiqi.surveys.views import filling, manage, resuming

app_name = "surveys"
urlpatterns = [
    path("surveys/", manage.surveys, name="surveys"),
    path("surveys/new/", manage.new_survey, name="new"),
    path("surveys/<str:public_id>/", manage.survey, name="survey"),
    path("surveys/<str:public_id>/change/", manage.change_survey, name="change"),
    path("surveys/<str:public_id>/do/<slug:name>/", manage.survey_act, name="act"),
    # who answers: /q/ and not /surveys/, since links go out by text message
    path("q/resume/", resuming.resume, name="resume"),
    path("q/<slug:slug>/", filling.cover, name="cover"),
    path("q/fill/<str:token>/", filling.fill, name="fill"),
    path("q/fill/<str:token>/<int:number>/", filling.page, name="page"),
    path("q/fill/<str:token>/<int:number>/save/", filling.save, name="save"),
    path("q/fill/<str:token>/check/", filling.check, name="check"),
    path("q/fill/<str:token>/done/", filling.done, name="done"),
    path("q/fill/<str:token>/elsewhere/", filling.elsewhere, name="elsewhere"),
    path("q/fill/<str:token>/discard/", filling.discard, name="discard"),
]
