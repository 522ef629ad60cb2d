"""Addresses of the staff's pages: lists, desk, red list, and one case with its acts.

A case's id is told from words by its shape, so that /cases/queue/ is never taken for one.
"""

from django.urls import URLPattern, path, register_converter
from django.urls.converters import get_converters

from huiqi.cases.views import answer_templates, case, desk, permits, queue, red_list
from huiqi.core.ids import ALPHABET, PUBLIC_ID_LENGTH


class CaseId:
    """Sixteen characters of the alphabet of public ids."""

    regex = f"[{ALPHABET}]{{{PUBLIC_ID_LENGTH}}}"

    def to_python(self, value: str) -> str:
        """As it is."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value


if "case" not in get_converters():
    register_converter(CaseId, "case")

STAFF: list[URLPattern] = [
    path("queue/", queue.queue, name="queue"),
    path("queue/bulk/", queue.bulk, name="bulk"),
    path("queue/export/", queue.export, name="export"),
    path("queue/views/", queue.view_save, name="view_save"),
    path("queue/views/<case:public_id>/delete/", queue.view_delete, name="view_delete"),
    path("desk/", desk.desk, name="desk"),
    path("knots/<case:public_id>/", desk.knot, name="knot"),
    path("knots/<case:public_id>/<slug:name>/", desk.knot_act, name="knot_act"),
    path("red-list/", red_list.red_list, name="red_list"),
    path("units/names/", case.unit_names, name="unit_names"),
    path("templates/", answer_templates.answer_templates, name="answer_templates"),
    path("templates/new/", answer_templates.new_answer_template, name="new_answer_template"),
    path("templates/<case:public_id>/", answer_templates.answer_template, name="answer_template"),
    path(
        "templates/<case:public_id>/withdraw/",
        answer_templates.answer_template_withdraw,
        name="answer_template_withdraw",
    ),
    path("<case:public_id>/", case.case_page, name="case"),
    path("<case:public_id>/dispatch/", case.dispatch, name="dispatch"),
    path("<case:public_id>/reveal/", case.reveal, name="reveal"),
    path("<case:public_id>/files/<case:file_id>/", case.case_file, name="case_file"),
    path("<case:public_id>/act/<slug:name>/", case.act, name="act"),
    path("<case:public_id>/permits/new/", permits.new_permit, name="new_permit"),
    path("<case:public_id>/permits/<case:permit_id>/", permits.permit, name="permit"),
    path("<case:public_id>/permits/<case:permit_id>/good/", permits.permit_good, name="permit_good"),
    path("<case:public_id>/pass/", permits.pass_check, name="pass_check"),
]
