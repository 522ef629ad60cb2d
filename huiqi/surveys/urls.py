"""Addresses of surveys: short ones for who answers, the others for who runs them."""

from django.urls import path

from huiqi.surveys.views import (
    after,
    audience,
    board,
    entering,
    filling,
    invited,
    manage,
    results,
    results_briefs,
    results_microdata,
    results_weights,
    resuming,
    waves,
)

app_name = "surveys"
urlpatterns = [
    path("surveys/", manage.surveys, name="surveys"),
    path("surveys/new/", manage.new_survey, name="new"),
    path("surveys/<str:public_id>/", manage.survey, name="survey"),
    path("surveys/<str:public_id>/change/", manage.change_survey, name="change"),
    path("surveys/<str:public_id>/do/<slug:name>/", manage.survey_act, name="act"),
    path("surveys/<str:public_id>/audience/", audience.audience, name="audience"),
    path("surveys/<str:public_id>/frame/", audience.frame, name="frame"),
    path("surveys/<str:public_id>/frame/<slug:name>/", audience.frame_act, name="frame_act"),
    path("surveys/<str:public_id>/waves/next/", waves.next_wave, name="next_wave"),
    path("surveys/<str:public_id>/waves/<int:number>/", waves.wave, name="wave"),
    path("surveys/<str:public_id>/waves/<int:number>/change/", waves.wave_change, name="wave_change"),
    path("surveys/<str:public_id>/waves/<int:number>/quotas/", waves.quotas, name="quotas"),
    path("surveys/<str:public_id>/waves/<int:number>/codes/", waves.codes, name="codes"),
    path("surveys/<str:public_id>/waves/<int:number>/outcomes/", waves.outcomes, name="outcomes"),
    path("surveys/<str:public_id>/waves/<int:number>/board/", board.board, name="board"),
    path("surveys/<str:public_id>/waves/<int:number>/board/export/", board.board_export, name="board_export"),
    path("surveys/<str:public_id>/waves/<int:number>/firms/", invited.invited, name="invited"),
    path("surveys/<str:public_id>/waves/<int:number>/do/<slug:name>/", waves.wave_act, name="wave_act"),
    path("surveys/firms/<str:public_id>/", invited.invitation, name="invitation"),
    path("surveys/firms/<str:public_id>/<slug:name>/", invited.invitation_act, name="invitation_act"),
    # who was invited comes in by a code; the address is short, it goes out by text message
    path("i/", entering.code, name="code"),
    path("i/<str:code>/", entering.enter, name="enter"),
    path("i/<str:code>/stop/", entering.stop, name="stop"),
    path("surveys/<str:public_id>/results/", results.results, name="results"),
    path("surveys/<str:public_id>/results/refresh/", results.refresh, name="results_refresh"),
    path("surveys/<str:public_id>/results/cross/", results.cross, name="results_cross"),
    path("surveys/<str:public_id>/results/map/", results.on_map, name="results_map"),
    path("surveys/<str:public_id>/results/trend/", results.trend, name="results_trend"),
    path("surveys/<str:public_id>/results/texts/", results.texts, name="results_texts"),
    path("surveys/<str:public_id>/results/texts/group/", results.group_texts, name="results_group_texts"),
    path("surveys/<str:public_id>/results/q/<str:name>/", results.question, name="results_question"),
    path("surveys/<str:public_id>/results/weights/", results_weights.weights, name="results_weights"),
    path("surveys/<str:public_id>/results/tables/", results_briefs.tables, name="results_tables"),
    path("surveys/<str:public_id>/results/briefs/", results_briefs.briefs, name="results_briefs"),
    path("surveys/<str:public_id>/results/briefs/new/", results_briefs.brief_new, name="results_brief_new"),
    path(
        "surveys/<str:public_id>/results/briefs/<str:brief_id>/", results_briefs.brief, name="results_brief"
    ),
    path(
        "surveys/<str:public_id>/results/briefs/<str:brief_id>/do/<slug:name>/",
        results_briefs.brief_act,
        name="results_brief_act",
    ),
    path("surveys/<str:public_id>/results/microdata/", results_microdata.microdata, name="results_microdata"),
    path(
        "surveys/<str:public_id>/results/microdata/<str:run_id>/",
        results_microdata.microdata_run,
        name="results_microdata_run",
    ),
    path(
        "surveys/<str:public_id>/results/microdata/<str:run_id>/file/",
        results_microdata.microdata_file,
        name="results_microdata_file",
    ),
    # who answers: /q/ and not /surveys/, since links go out by text message
    path("q/resume/", resuming.resume, name="resume"),
    path("q/<slug:slug>/", filling.cover, name="cover"),
    path("q/fill/<str:token>/", filling.fill, name="fill"),
    path("q/fill/<str:token>/<int:number>/", filling.page, name="page"),
    path("q/fill/<str:token>/<int:number>/save/", filling.save, name="save"),
    path("q/fill/<str:token>/check/", filling.check, name="check"),
    path("q/fill/<str:token>/done/", filling.done, name="done"),
    path("q/fill/<str:token>/help/<str:public_id>/", after.ask_for_help, name="ask_for_help"),
    path("q/fill/<str:token>/elsewhere/", filling.elsewhere, name="elsewhere"),
    path("q/fill/<str:token>/discard/", filling.discard, name="discard"),
]
