from django.urls import path

from huiqi.policies.views import catalogue, check, rulebook

app_name = "policies"
urlpatterns = [
    path("check/", check.check_start, name="check_start"),
    path("policies/", catalogue.catalogue, name="catalogue"),
    path("policies/export.csv", catalogue.catalogue_export, name="catalogue_export"),
    path("policies/<str:policy_id>/", catalogue.policy, name="policy"),
    path("developers/", rulebook.developers, name="developers"),
    path("work/", rulebook.work, name="work"),
    path("work/rulebook/", rulebook.rulebook, name="rulebook"),
]
