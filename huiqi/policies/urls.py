from django.urls import path

from huiqi.policies.views import catalogue, check, check_result, rulebook

app_name = "policies"
urlpatterns = [
    path("check/", check.check_start, name="check_start"),
    path("check/<str:token>/", check_result.check_result, name="check_result"),
    path("check/<str:token>/q/<str:question_id>/", check.check_question, name="check_question"),
    path("check/<str:token>/q/<str:question_id>/save/", check.check_autosave, name="check_autosave"),
    path("check/<str:token>/answers/", check.check_answers, name="check_answers"),
    path("check/<str:token>/figures/", check.check_figures, name="check_figures"),
    path("check/<str:token>/delete/", check.check_delete, name="check_delete"),
    path("check/<str:token>/facts/", check_result.check_facts, name="check_facts"),
    path("check/<str:token>/policy/<str:policy_id>/", check_result.check_policy, name="check_policy"),
    path("check/<str:token>/print/", check_result.check_print, name="check_print"),
    path("check/<str:token>/result.pdf", check_result.check_pdf, name="check_pdf"),
    path("check/<str:token>/trace.json", check_result.check_trace, name="check_trace"),
    path("check/<str:token>/objection/", check_result.check_objection, name="check_objection"),
    path("policies/", catalogue.catalogue, name="catalogue"),
    path("policies/export.csv", catalogue.catalogue_export, name="catalogue_export"),
    path("policies/<str:policy_id>/", catalogue.policy, name="policy"),
    path("developers/", rulebook.developers, name="developers"),
    path("desk/rulebook/", rulebook.rulebook, name="rulebook"),
]
