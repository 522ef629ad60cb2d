"""Addresses of cases. Each block belongs to one folder of views."""

from django.urls import URLPattern

app_name = "cases"
urlpatterns: list[URLPattern] = []
