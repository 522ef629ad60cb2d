from django.urls import path

from huiqi.knowledge.views import public, staff

app_name = "knowledge"
urlpatterns = [
    path("", public.answers, name="answers"),
    path("staff/", staff.wordings, name="wordings"),
    path("staff/new/", staff.new, name="new"),
    path("staff/from/<slug:number>/", staff.grow, name="grow"),
    path("staff/<slug:public_id>/", staff.wording, name="wording"),
    path("staff/<slug:public_id>/edit/", staff.edit, name="edit"),
    path("staff/<slug:public_id>/approve/", staff.approve, name="approve"),
    path("staff/<slug:public_id>/withdraw/", staff.withdraw, name="withdraw"),
    path("staff/<slug:public_id>/discard/", staff.discard, name="discard"),
    path("<slug:public_id>/", public.answer, name="answer"),
]
