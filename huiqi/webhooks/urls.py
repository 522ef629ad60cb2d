from django.urls import path

from huiqi.webhooks import views

app_name = "webhooks"
urlpatterns = [
    path("", views.hooks, name="hooks"),
    path("new/", views.new, name="new"),
    path("<slug:public_id>/", views.hook, name="hook"),
    path("<slug:public_id>/end/", views.end, name="end"),
]
