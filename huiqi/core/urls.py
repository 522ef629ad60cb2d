from django.urls import path

from huiqi.core import desk, views

app_name = "core"
urlpatterns = [
    path("", views.home, name="home"),
    path("desk/", desk.desk, name="desk"),
    path("desk/search/", desk.search, name="search"),
    path("desk/guide/dismiss/", desk.guide_dismiss, name="guide_dismiss"),
    path("desk/guide/back/", desk.guide_back, name="guide_back"),
    path("healthz", views.healthz, name="healthz"),
    path("large-type/", views.large_type, name="large_type"),
    path("jobs/<str:public_id>/", views.job, name="job"),
    path("jobs/<str:public_id>/cancel/", views.job_cancel, name="job_cancel"),
]
