"""Hostile and unlucky workbooks put in by the browser: a clear sentence for each, and nothing is kept."""

import io
import time
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from huiqi.accounts.models import User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.files.tests.make_xls import make_xls
from huiqi.questionnaires.models import Questionnaire, QuestionnaireVersion
from huiqi.questionnaires.tests.make import make_xlsform

pytestmark = pytest.mark.django_db
CYCLE = [
    {"type": "calculate", "name": "a", "calculation": "${b} + 1"},
    {"type": "calculate", "name": "b", "calculation": "${a} + 1"},
    {"type": "note", "name": "n", "label": "共 ${a}"},
    {"type": "text", "name": "t", "label": "名"},
]


def good() -> bytes:
    return make_xlsform([{"type": "text", "name": "t", "label": "名"}]).getvalue()


def changed(parts: dict[str, bytes], base: bytes | None = None) -> bytes:
    """A workbook with these parts put in or replaced."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(base or good())) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return made.getvalue()


def old_workbook() -> bytes:
    return make_xls([["type", "name", "label"], ["text", "t", "名"]]).getvalue()


SHEET = "xl/worksheets/sheet1.xml"
_BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
)
_ENTITY = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'


@pytest.fixture
def client(db: None) -> Client:
    analyst: User = make_user(role=Role.ANALYST, unit=make_office("province"))
    client = Client()
    client.force_login(analyst)
    client.post(reverse("questionnaires:new"), {"name": "复工情况"})
    return client


def upload(client: Client, content: bytes, name: str = "问卷.xlsx") -> tuple[int, str]:
    public_id = Questionnaire.objects.get().public_id
    file = SimpleUploadedFile(name, content)
    answer = client.post(reverse("questionnaires:upload", args=[public_id]), {"file": file})
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (old_workbook, "问卷.xlsx", "旧格式的 Office 文件"),
        (lambda: changed({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0macro"}), "问卷.xlsm", "宏"),
        (lambda: changed({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0macro"}), "问卷.xlsx", "宏"),
        (lambda: good()[:600], "问卷.xlsx", ""),
        (lambda: b"", "问卷.xlsx", ""),
        (lambda: b"type,name,label\ntext,t,x\n", "问卷.xlsx", "这种文件不能上传"),
        (lambda: changed({SHEET: _BOMB}), "问卷.xlsx", ""),
        (lambda: changed({SHEET: _ENTITY}), "问卷.xlsx", ""),
        (
            lambda: changed({SHEET: b"<worksheet><sheetData>" + b"<row/>" * 40 + b"<row>" * 90_000}),
            "问卷.xlsx",
            "",
        ),
        (lambda: changed({SHEET: b"<worksheet>" + b" " * 120_000_000}), "问卷.xlsx", ""),
        (lambda: make_xlsform(CYCLE).getvalue(), "问卷.xlsx", "绕成了圈"),
        (lambda: changed({"../../etc/passwd": b"x"}), "问卷.xlsx", ""),
    ],
    ids="xls macro macro-renamed cut empty csv bomb entity deep zip-bomb cycle climbing".split(),
)
def test_a_workbook_that_cannot_be_trusted_is_refused_in_words(
    client: Client, content, name: str, words: str
):
    started = time.process_time()
    status, shown = upload(client, content(), name)
    assert time.process_time() - started < 20
    if status == 302:  # a part no program looks at does no harm
        return
    assert (status, words in shown) == (422, True), shown[-3000:]
    assert "/etc/passwd" not in shown
    assert "root:" not in shown
    assert not QuestionnaireVersion.objects.exists()


def test_sixteen_thousand_choices_are_taken(client: Client):
    choices = [
        {"list_name": "v", "name": f"v{at}", "label": f"村{at}", "county": f"c{at % 122}"}
        for at in range(16_000)
    ]
    survey = [{"type": "select_one v", "name": "t", "label": "村", "choice_filter": "county = 'c7'"}]
    status, _shown = upload(client, make_xlsform(survey, choices).getvalue())
    assert status == 302
    assert QuestionnaireVersion.objects.get().xform.count("<item>") == 16_000


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*a){25}", "(?=x)", "[", "a{99999}"]
)
def test_expressions_that_would_explode_compile_or_are_told(client: Client, pattern: str):
    asked = [{"type": "text", "name": "t", "label": "名", "constraint": f"regex(., '{pattern}')"}]
    status, shown = upload(client, make_xlsform(asked).getvalue())
    assert status in {302, 422}
    assert status == 302 or "constraint" in shown


def test_formulas_nested_a_thousand_deep_are_told(client: Client):
    asked = [{"type": "text", "name": "t", "label": "名", "constraint": "(" * 3_000 + "1" + ")" * 3_000}]
    status, shown = upload(client, make_xlsform(asked).getvalue())
    assert (status, "constraint" in shown) == (422, True)


def test_text_of_a_whole_book_in_a_cell_does_no_harm(client: Client):
    book = openpyxl.Workbook()
    book.active.title = "survey"
    for row in (["type", "name", "label"], ["text", "t", "名" * 32_000]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    status, _shown = upload(client, file.getvalue())
    assert status in {302, 422}
