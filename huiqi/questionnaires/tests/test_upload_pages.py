"""Making a questionnaire in the browser: faults by sheet, row and column; preview; publication."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.questionnaires.models import Questionnaire, QuestionnaireVersion
from huiqi.questionnaires.tests.make import make_xlsform

pytestmark = pytest.mark.django_db
GOOD = [
    ("integer", "staff", "职工人数", ""),
    ("select_one status", "status", "现在复工了吗", ""),
    ("text", "why", "为什么没有复工", "${status} = 'closed'"),
]
BAD = [("integer", "staff", "职工人数", ""), ("text", "why", "为什么", "${nothing} = 1")]


CHOICES = [
    {"list_name": "status", "name": "open", "label": "已复工"},
    {"list_name": "status", "name": "closed", "label": "没有复工"},
]


def workbook(rows: list[tuple[str, str, str, str]]) -> SimpleUploadedFile:
    survey = [dict(zip(("type", "name", "label", "relevant"), row, strict=True)) for row in rows]
    return SimpleUploadedFile("问卷.xlsx", make_xlsform(survey, CHOICES).getvalue())


@pytest.fixture
def analyst(db: None) -> User:
    return make_user(role=Role.ANALYST, unit=make_office("province"))


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def begin(client: Client) -> str:
    client.post(reverse("questionnaires:new"), {"name": "复工情况"})
    return Questionnaire.objects.get().public_id


def upload(client: Client, public_id: str, file: Any) -> Any:
    return client.post(reverse("questionnaires:upload", args=[public_id]), {"file": file})


def test_a_faulty_file_is_refused_with_sheet_row_and_column(analyst):
    client = enter(analyst)
    answer = upload(client, begin(client), workbook(BAD))
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "有1处要改" in shown
    for words in ("survey", "<td>3</td>", "relevant"):
        assert words in shown
    assert not QuestionnaireVersion.objects.exists()


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("a.xlsx", b"not a workbook"),
        SimpleUploadedFile("a.xlsx", b""),
        SimpleUploadedFile("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
    ],
)
def test_what_is_no_workbook_is_refused_in_words(analyst, file):
    client = enter(analyst)
    answer = upload(client, begin(client), file)
    assert answer.status_code == 422
    assert not QuestionnaireVersion.objects.exists()


def test_the_draft_of_another_office_is_not_found(analyst):
    client = enter(analyst)
    public_id = begin(client)
    upload(client, public_id, workbook(GOOD))
    version = QuestionnaireVersion.objects.get()
    other = enter(make_user(role=Role.ANALYST, unit=make_office("changsha")))
    pages = [("questionnaire", [public_id]), ("version", [public_id, version.public_id])]
    for name, args in pages:
        assert other.get(reverse(f"questionnaires:{name}", args=args)).status_code == 404
    act = reverse("questionnaires:version_act", args=[public_id, version.public_id, "publish"])
    assert other.post(act).status_code == 404
    assert QuestionnaireVersion.objects.get().published_at is None


def test_once_published_others_see_it_and_change_nothing(analyst):
    client = enter(analyst)
    public_id = begin(client)
    upload(client, public_id, workbook(GOOD))
    version = QuestionnaireVersion.objects.get()
    client.post(reverse("questionnaires:version_act", args=[public_id, version.public_id, "publish"]))
    other = enter(make_user(role=Role.ANALYST, unit=make_office("changsha")))
    shown = other.get(reverse("questionnaires:version", args=[public_id, version.public_id]))
    assert shown.status_code == 200
    assert "发布这一版" not in shown.content.decode()
    assert upload(other, public_id, workbook(BAD)).status_code == 404


def test_from_a_file_to_a_published_questionnaire(analyst):
    client = enter(analyst)
    public_id = begin(client)
    version_page = upload(client, public_id, workbook(GOOD))["Location"]
    shown = client.get(version_page).content.decode()
    assert "职工人数" in shown
    assert "已复工" in shown
    version = QuestionnaireVersion.objects.get()
    client.post(reverse("questionnaires:version_act", args=[public_id, version.public_id, "publish"]))
    listed = client.get(reverse("questionnaires:questionnaires")).content.decode()
    assert "已发布" in listed
    file = client.get(reverse("questionnaires:original", args=[public_id, version.public_id]))
    assert b"".join(file.streaming_content).startswith(b"PK")


def test_a_second_version_shows_what_changed(analyst):
    client = enter(analyst)
    public_id = begin(client)
    upload(client, public_id, workbook(GOOD))
    first = QuestionnaireVersion.objects.get()
    client.post(reverse("questionnaires:version_act", args=[public_id, first.public_id, "publish"]))
    more = [*GOOD, ("text", "wish", "最希望的政策", "")]
    shown = client.get(upload(client, public_id, workbook(more))["Location"]).content.decode()
    assert "与第1版相比" in shown
    assert "最希望的政策" in shown
    assert "新增" in shown


def test_an_approval_is_whole_or_not_there(analyst):
    client = enter(analyst)
    public_id = begin(client)
    page = reverse("questionnaires:approval", args=[public_id])
    half = client.post(page, {"table_number": "湘工信1表"})
    assert half.status_code == 409
    assert 'value="湘工信1表"' in half.content.decode()
    whole = {"table_number": "湘工信1表", "document": "国统制〔2020〕1号", "until": "2020-12-31"}
    assert client.post(page, whole).status_code == 302
    assert (
        "湘工信1表" in client.get(reverse("questionnaires:questionnaire", args=[public_id])).content.decode()
    )
