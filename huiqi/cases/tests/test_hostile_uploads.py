"""Hostile files at every door where a requester's files come in: refused in words, nothing kept, nothing lost
of what was typed; odd names are made harmless and come back as the person wrote them."""

import io
import zipfile
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_office, make_user
from huiqi.cases.commands.desk import ask_supplement
from huiqi.cases.models import Case
from huiqi.cases.tests.make import make_case, make_officer
from huiqi.cases.tests.walk import begin, fill, make_site, step
from huiqi.cases.workflow import State
from huiqi.core import clock
from huiqi.core.ids import new_token
from huiqi.core.models import AuditRecord
from huiqi.files.models import Attachment
from huiqi.files.scanning import EICAR
from huiqi.files.tests.make import changed_zip, make_zip
from huiqi.files.tests.make_uploads import DOCX, JPEG, PDF, PNG

pytestmark = pytest.mark.django_db
WORDS = "缺20名工人，见附件。"
ARCHIVE = make_zip({"a.exe": b"MZ"}).getvalue()


def _docx_with(part: str, content: bytes) -> bytes:
    return changed_zip(io.BytesIO(DOCX), {part: content}).getvalue()


def _many_parts() -> bytes:
    file = io.BytesIO(DOCX)
    with zipfile.ZipFile(file, "a") as box:
        for number in range(20_000):
            box.writestr(f"word/{number}.xml", b"")
    return file.getvalue()


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "eicar": ("病毒.csv", lambda: EICAR),
    "eicar-in-a-pdf": ("合同.pdf", lambda: PDF + EICAR),
    "pdf-and-archive": ("合同.pdf", lambda: PDF + ARCHIVE),
    "picture-and-archive": ("现场.png", lambda: PNG + ARCHIVE),
    "gif-and-script": ("现场.gif", lambda: b"GIF89a/*" + bytes(30) + b"*/=1;alert(1)"),
    "gif-and-script-as-jpg": ("现场.jpg", lambda: b"GIF89a/*" + bytes(30) + b"*/=1;alert(1)"),
    "picture-and-page": ("现场.jpg", lambda: JPEG[:20] + b"<script>alert(1)</script>" + JPEG[20:]),
    "svg-with-script": (
        "图.svg",
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
    ),
    "svg-as-csv": ("图.csv", lambda: b'<svg onload="alert(1)"></svg>'),
    "page": ("说明.html", lambda: b"<!doctype html><script>alert(1)</script>"),
    "active-pdf": ("合同.pdf", lambda: PDF.replace(b"/Count 0", b"/JavaScript 3")),
    "macros": ("合同.docx", lambda: _docx_with("word/vbaProject.bin", b"x")),
    "bomb": ("合同.docx", lambda: _docx_with("word/document.xml", b" " * 30_000_000)),
    "bomb-of-parts": ("合同.docx", _many_parts),
    "archive": ("材料.zip", lambda: ARCHIVE),
    "program": ("合同.pdf", lambda: b"MZ\x90\x00" + bytes(60)),
    "program-by-name": ("合同.exe", lambda: b"MZ\x90\x00" + bytes(60)),
    "empty": ("空.pdf", lambda: b""),
    "cut-off": ("现场.png", lambda: PNG[:-12]),
}


class Door:
    """A way in: `send` posts words with a file and returns the answer."""

    def __init__(self, client):
        make_site()
        self.client = client

    def send(self, file):
        raise NotImplementedError


class DraftDoor(Door):
    """The step of photos of a visitor's draft."""

    def __init__(self, client):
        super().__init__(client)
        self.link = begin(client)
        fill(client, self.link)
        step(client, self.link, "words", title="招不到工人", text=WORDS)

    def send(self, file):
        return self.client.post(
            reverse("cases:draft_step", args=[self.link, "files"]), {"file": [file], "do": "upload"}
        )

    def words_are_kept(self, answer):
        check = self.client.get(reverse("cases:draft_check", args=[self.link]))
        return WORDS in check.content.decode() and not Case.objects.exists()


class SupplementDoor(Door):
    """The supplement on the own page."""

    def __init__(self, client):
        super().__init__(client)
        asker = make_user(role=Role.FIRM, unit=None)
        client.force_login(asker)
        self.case = make_case(requester=asker)
        ask_supplement(self.case, text="请补合同", actor=make_officer("liuyang"), at=clock.now())

    def send(self, file):
        url = reverse("cases:own_act", args=[self.case.public_id, "supplement"])
        return self.client.post(url, {"text": WORDS, "file": [file]})

    def words_are_kept(self, answer):
        still_asked = Case.objects.get().state == State.SUPPLEMENTING
        return WORDS in answer.content.decode() and still_asked


class WindowDoor(Door):
    """A clerk fills in for somebody."""

    def __init__(self, client):
        super().__init__(client)
        client.force_login(make_user(role=Role.WINDOW_CLERK, unit=make_office("liuyang")))

    def send(self, file):
        said = {"consent": "spoken", "channel": "window", "name": "李明", "phone": "13800138000"}
        said |= {"firm_name": "演示口罩厂", "county": "430181", "topic": "work", "title": "招不到工人"}
        return self.client.post("/cases/take/", {**said, "text": WORDS, "key": new_token(), "file": [file]})

    def words_are_kept(self, answer):
        return WORDS in answer.content.decode() and not Case.objects.exists()


@pytest.fixture(params=[DraftDoor, SupplementDoor, WindowDoor], ids=["draft", "supplement", "window"])
def door(request, client):
    return request.param(client)


def stored(private_files):
    return [path for path in private_files.rglob("*") if path.is_file()]


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_in_words_and_leaves_nothing(door, kind, private_files):
    name, content = HOSTILE[kind]

    answer = door.send(SimpleUploadedFile(name, content()))

    assert answer.status_code == 422
    assert "。" in answer.content.decode() and door.words_are_kept(answer)
    assert not Attachment.objects.exists() and stored(private_files) == []
    if kind.startswith("eicar"):
        assert AuditRecord.objects.filter(act="attachment.refused_infected").count() == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("\U00020bb7\U0002a6d6现场\U00030edd.pdf", "\U00020bb7\U0002a6d6现场\U00030edd.pdf"),
        ("../../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\system32\\drivers.pdf", "drivers.pdf"),
        ("C:\\桌面\\合同.pdf", "合同.pdf"),
        ("合同.pdf\x00.exe", None),
        ("合同.exe", "合同.exe.pdf"),
        ("现场.jpg", "现场.jpg.pdf"),
        ("合" * 300 + ".pdf", None),
        ("合同\u202efdp.exe", None),
        ("<script>alert(1)</script>.pdf", None),
    ],
    ids=["han", "climb", "climb-back", "drive", "nul", "exe", "wrong", "long", "turned", "markup"],
)
def test_an_odd_name_becomes_harmless_and_the_file_comes_back_under_it(client, given, kept, private_files):
    door = SupplementDoor(client)

    assert door.send(SimpleUploadedFile(given, PDF)).status_code == 302

    row = Attachment.objects.get()
    assert row.name == kept or kept is None
    assert not set(row.name) & set('/\\<>:"|?*\x00\u202e\r\n') and row.name.endswith(".pdf")
    (path,) = stored(private_files)
    assert path.is_relative_to(private_files) and row.name not in path.name
    shown = client.get(reverse("cases:own_case", args=[door.case.public_id])).content.decode()
    assert "<script>alert" not in shown
    answer = client.get(reverse("cases:own_file", args=[door.case.public_id, row.public_id]))
    assert b"".join(answer.streaming_content) == PDF
    header = answer["Content-Disposition"]
    assert header.startswith("attachment") and row.name in unquote(header)
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "application/pdf")
