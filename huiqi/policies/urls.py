from django.urls import path

from huiqi.policies.views import catalogue, check, rulebook

app_name = "policies"
urlpatterns = [
    path("check/", check.check_start, name="check_start"),
    path("policies/", catalogue.catalogue, name="catalogue"),
    path("developers/", rulebook.developers, name="developers"),
    path("work/rulebook/", rulebook.rulebook, name="rulebook"),
]
