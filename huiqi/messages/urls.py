from django.urls import path

from huiqi.messages import views

app_name = "messages"
urlpatterns = [
    path("", views.notices, name="notices"),
    path("<slug:public_id>/open/", views.open_notice, name="open"),
    path("read-all/", views.read_everything, name="read_all"),
    path("preferences/", views.preferences, name="preferences"),
    path("outbox/", views.outbox, name="outbox"),
]
