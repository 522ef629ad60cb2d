"""What may be uploaded is told by content, and is one thing only."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.core.errors import Refused
from huiqi.files.fields import UploadField
from huiqi.files.names import LONGEST_NAME, LONGEST_NAME_BYTES, safe_name
from huiqi.files.tests.make import changed_zip, make_zip
from huiqi.files.tests.make_uploads import CSV, DOCX, HEIC, JPEG, PDF, PNG, XLSX, make_upload
from huiqi.files.uploads import (
    MOST_UPLOAD_BYTES,
    UploadKind,
    accept_attribute,
    check_size,
    download_name,
    limits_text,
    sniff,
)

GOOD = [
    (PDF, "x.pdf", UploadKind.PDF),
    (JPEG, "x.jpg", UploadKind.JPEG),
    (PNG, "x.png", UploadKind.PNG),
    (HEIC, "x.heic", UploadKind.HEIC),
    (DOCX, "x.docx", UploadKind.DOCX),
    (XLSX, "x.xlsx", UploadKind.XLSX),
    (CSV, "x.csv", UploadKind.CSV),
]
ZIP = make_zip({"a.exe": b"MZ"}).getvalue()


def refusal(content, name="x.pdf", **wish):
    with pytest.raises(Refused) as caught:
        sniff(io.BytesIO(content), name, **wish)
    assert caught.value.message.endswith("。")
    return caught.value.code


@pytest.mark.parametrize(("content", "name", "kind"), GOOD)
def test_each_kind_is_told_by_its_content(content, name, kind):
    assert sniff(io.BytesIO(content), name) is kind
    if kind is not UploadKind.CSV:
        assert sniff(io.BytesIO(content), "x.exe") is kind


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ\x90\x00" + bytes(60), "x.pdf"),
        (b"\x7fELF" + bytes(60), "x"),
        (b"#!/bin/sh\nrm -rf /\n", "x.sh"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x.svg"),
        (b"<!doctype html><script>alert(1)</script>", "x.html"),
        (b"GIF89a" + bytes(20), "x.gif"),
        (ZIP, "x.zip"),
        (ZIP, "x.docx"),
        (b" " + PDF, "x.pdf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "x.doc"),
        (CSV, "x.txt"),
    ],
)
def test_everything_else_is_refused_with_what_is_allowed(content, name):
    assert refusal(content, name) == "files.upload_kind"


@pytest.mark.parametrize("content", [PDF, JPEG, PNG, HEIC])
def test_an_archive_behind_a_picture_or_paper_is_refused(content):
    assert refusal(content + ZIP) in {"files.upload_polyglot", "files.upload_damaged"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (JPEG[:20] + b"<script>alert(1)</script>" + JPEG[20:], "files.upload_polyglot"),
        (PDF.replace(b"endobj", b"<html>", 1), "files.upload_polyglot"),
        (PDF + b"x" * 3000, "files.upload_polyglot"),
        (PDF[:-7], "files.upload_damaged"),
        (PDF.replace(b"/Count 0", b"/JavaScript 3"), "files.upload_active"),
        (PDF.replace(b"/Count 0", b"/J#61vaScript 3"), "files.upload_active"),
        (PDF.replace(b"/Count 0", b"/Launch 3"), "files.upload_active"),
        (JPEG[:20] + PDF + JPEG[20:], "files.upload_polyglot"),
        (JPEG[:-2], "files.upload_damaged"),
        (PNG[:-12], "files.upload_damaged"),
        (PNG + b"MZ", "files.upload_polyglot"),
        (HEIC[:-4], "files.upload_damaged"),
        (HEIC[:20] + b"\0\0\0\3mdat" + bytes(8), "files.upload_damaged"),
        (changed_zip(io.BytesIO(XLSX), {"xl/vbaProject.bin": b"x"}).getvalue(), "files.upload_active"),
        (DOCX[:-30], "files.upload_damaged"),
        (b"", "files.empty_file"),
    ],
)
def test_what_is_two_things_broken_or_active_is_refused(content, code):
    assert refusal(content) == code


def test_a_document_that_fetches_its_template_is_refused():
    link = '<Relationships><Relationship TargetMode="External" Target="http://x/t.dotm"/></Relationships>'
    content = changed_zip(io.BytesIO(DOCX), {"word/_rels/settings.xml.rels": link}).getvalue()
    assert refusal(content) == "files.upload_active"


def test_text_that_is_markup_or_binary_is_refused_as_table():
    assert refusal(b"a,<script>x</script>\n", "x.csv") == "files.upload_polyglot"
    assert refusal(b"a\0b", "x.csv") == "files.upload_damaged"
    assert refusal(b"\xff\xff\xff", "x.csv") == "files.upload_damaged"


def test_a_password_and_a_bomb_are_said():
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16le")
    assert refusal(encrypted) == "files.upload_encrypted"
    bomb = changed_zip(io.BytesIO(DOCX), {"word/document.xml": b" " * 11_000_000}).getvalue()
    assert refusal(bomb) == "files.upload_zip_bomb"


def test_a_caller_may_accept_fewer_kinds():
    assert refusal(PDF, kinds=(UploadKind.JPEG,)) == "files.upload_kind"
    said = str(limits_text((UploadKind.PDF, UploadKind.DOCX)))
    assert said == "可上传 PDF、Word（.docx），每个文件不超过20 MB。"
    assert accept_attribute((UploadKind.JPEG,)) == ".jpg,.jpeg"


def test_size_is_checked_before_anything_is_read():
    with pytest.raises(Refused, match="20.0 MB"):
        check_size(MOST_UPLOAD_BYTES + 1)
    check_size(MOST_UPLOAD_BYTES)


def test_the_form_field_says_limits_first_and_faults_in_words():
    field = UploadField(kinds=(UploadKind.PDF,))
    assert "20 MB" in str(field.help_text) and field.widget.attrs["accept"] == ".pdf"
    assert field.clean(make_upload()).name == "营业执照.pdf"
    for upload in (make_upload(JPEG), make_upload(b"")):
        with pytest.raises(Exception, match="。|空"):
            field.clean(upload)


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("营业执照.pdf", "营业执照.pdf"),
        ("𬍛某.pdf", "𬍛某.pdf"),
        ("\U0002ebf0某.pdf", "\U0002ebf0某.pdf"),  # in GB 18030-2022, newer than Python 3.11
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\张三\\执照.pdf", "执照.pdf"),
        ("执照\u202egpj.exe", "执照gpj.exe"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("con.pdf", "_con.pdf"),
        ('a"b<c>|?*.pdf', "a_b_c____.pdf"),
        ("...", "未命名"),
        ("", "未命名"),
        ("\xa0", "未命名"),
        ("a\u3000b.pdf", "a b.pdf"),
        ("\ud800.pdf", "pdf"),
    ],
)
def test_names_lose_what_disks_headers_and_eyes_stumble_over(given, safe):
    assert safe_name(given) == safe


@given(st.text(max_size=400))
def test_every_name_becomes_safe_and_stays_so(given):
    name = safe_name(given)
    assert name and name == safe_name(name)
    assert len(name) <= LONGEST_NAME and len(name.encode()) <= LONGEST_NAME_BYTES
    assert not set(name) & set('/\\\r\n\0"')


def test_the_extension_follows_the_content():
    assert download_name("合同.exe", UploadKind.PDF) == "合同.exe.pdf"
    assert download_name("照片.JPEG", UploadKind.JPEG) == "照片.JPEG"


@st.composite
def mutated(draw):
    content, name, _kind = draw(st.sampled_from(GOOD))
    changed = bytearray(content)
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(changed)))
        changed[place : place + draw(st.integers(0, 8))] = draw(st.binary(max_size=10))
    return bytes(changed), name


@given(mutated())
def test_changed_bytes_are_accepted_or_refused_in_words(upload):
    content, name = upload
    try:
        kind = sniff(io.BytesIO(content), name)
    except Refused as refused:
        assert refused.code.startswith("files.") and refused.message
    else:
        assert kind in (UploadKind.DOCX, UploadKind.XLSX) or not zipfile.is_zipfile(io.BytesIO(content))
