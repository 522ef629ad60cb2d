from django.urls import path

from huiqi.reference import views

app_name = "reference"
urlpatterns = [
    path("industries/options/", views.industry_options, name="industry_options"),
    path("divisions/options/", views.division_options, name="division_options"),
]
