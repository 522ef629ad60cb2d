"""Addresses for clients of the field, and the pages of who runs a survey."""

from django.urls import path

from huiqi.fieldwork.views import openrosa, staff

app_name = "fieldwork"
# No slash at the end: clients append these names to the server's address.
_OPENROSA = (
    ("formList", openrosa.form_list, "form_list"),
    ("forms/<str:version_id>.xml", openrosa.form, "form"),
    ("forms/<str:version_id>/manifest", openrosa.manifest, "manifest"),
    ("submission", openrosa.submission, "submission"),
)
_FIELD = "surveys/<str:public_id>/field/"
_ANSWERS = f"{_FIELD}answers/<str:delivery_id>/"
urlpatterns = [
    path(_FIELD, staff.survey, name="survey"),
    path(f"{_FIELD}devices/<str:collector_id>/revoke/", staff.revoke, name="revoke"),
    path(_ANSWERS, staff.delivery, name="delivery"),
    path(f"{_ANSWERS}do/<slug:name>/", staff.decide, name="decide"),
    *(path(f"collect/key/<str:door>/{end}", view, name=f"key_{name}") for end, view, name in _OPENROSA),
    *(path(f"collect/<slug:door>/{end}", view, name=name) for end, view, name in _OPENROSA),
]
