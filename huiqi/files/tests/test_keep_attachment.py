"""The life of an upload: temporary, attached, served, scanned, expired."""

import os
import socket
import struct
import threading
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.http import Http404

from huiqi.accounts.tests.make import make_unit, make_user
from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.models import AuditRecord
from huiqi.core.storage import PrivateStorage
from huiqi.files import commands
from huiqi.files.commands import attach, delete_attachment, expire_uploads, receive_upload, scan_uploads
from huiqi.files.downloads import serve_attachment
from huiqi.files.models import Attachment
from huiqi.files.queries import attachments_of
from huiqi.files.scanning import EICAR, ClamdScanner, Verdict
from huiqi.files.tests.make_uploads import AT, CSV, PDF, make_attachment, make_upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_root(settings, tmp_path, monkeypatch):
    """Contents go to a folder of the test's own."""
    settings.PRIVATE_ROOT = tmp_path
    monkeypatch.setattr(default_storage, "_wrapped", PrivateStorage())
    return tmp_path


def contents(folder):
    return sorted(path for path in Path(folder).rglob("*") if path.is_file())


def refusal(act, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    return caught.value.code


def test_a_received_file_is_temporary_and_nameless_on_disk(private_root):
    user = make_user()
    attachment = make_attachment(name="../张三/身份证.pdf", actor=user)
    assert (attachment.name, attachment.is_temporary, attachment.expires_at) == (
        "身份证.pdf",
        True,
        AT + timedelta(hours=24),
    )
    [path] = contents(private_root)
    assert path.read_bytes() == PDF and path.name == attachment.public_id
    assert os.stat(path).st_mode & 0o777 == 0o600
    stored = Attachment.objects.filter(pk=attachment.pk).values_list("name", flat=True)
    assert "身份证" not in str(stored.query) and list(stored) == ["身份证.pdf"]
    assert list(Attachment.objects.received_from(user)) == [attachment]
    assert list(Attachment.objects.received_from(make_user())) == []
    record = AuditRecord.objects.filter(act="attachment.received").get()
    assert "身份证" not in str(record.details)


def test_a_virus_is_refused_recorded_and_not_kept(private_root):
    for content, name in ((EICAR, "eicar.com"), (PDF + EICAR, "x.pdf"), (b"x," * 32_760 + EICAR, "x.csv")):
        assert refusal(make_attachment, content, name) == "files.infected"
    assert contents(private_root) == [] and not Attachment.objects.exists()
    assert AuditRecord.objects.filter(act="attachment.refused_infected").count() == 3


def test_nobody_fills_the_disk_with_uploads_that_are_never_used(monkeypatch):
    monkeypatch.setattr(commands, "MOST_TEMPORARY", 1)
    user = make_user()
    make_attachment(actor=user)
    assert refusal(make_attachment, actor=user) == "files.too_many_uploads"
    make_attachment(actor=make_user())


def test_a_failing_row_leaves_no_content(private_root, monkeypatch):
    monkeypatch.setattr(audit, "record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make_attachment()
    assert contents(private_root) == [] and not Attachment.objects.exists()


def test_only_the_uploader_attaches_within_the_day_and_once():
    user, owner = make_user(), make_unit()
    attachment = make_attachment(actor=user)
    assert refusal(attach, attachment, owner=owner, actor=make_user(), at=AT) == "files.not_your_upload"
    late = AT + timedelta(hours=24)
    assert refusal(attach, attachment, owner=owner, actor=user, at=late) == "files.upload_expired"
    for _ in range(2):
        assert attach(attachment, owner=owner, actor=user, at=AT).expires_at is None
    assert refusal(attach, attachment, owner=make_unit(), actor=user, at=AT) == "files.attached_elsewhere"
    assert list(attachments_of(owner)) == [attachment]
    assert AuditRecord.objects.filter(act="attachment.attached").count() == 1


def test_an_infected_file_cannot_be_attached_or_served():
    user = make_user()
    attachment = make_attachment(actor=user)
    Attachment.objects.update(scan=Attachment.Scan.INFECTED)
    attachment.refresh_from_db()
    assert refusal(attach, attachment, owner=make_unit(), actor=user, at=AT) == "files.infected"
    assert refusal(serve_attachment, attachment, reader=user) == "files.infected"


def test_the_database_knows_whole_owners_and_expiring_temporaries():
    attachment = make_attachment()
    for wrong in ({"owner_type": "x.y"}, {"owner_id": "1"}, {"expires_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Attachment.objects.filter(pk=attachment.pk).update(**wrong)


def test_a_temporary_file_is_shown_to_its_uploader_alone():
    user = make_user()
    attachment = make_attachment(actor=user)
    for reader in (None, make_user()):
        with pytest.raises(Http404):
            serve_attachment(attachment, reader=reader)
    with pytest.raises(Http404):
        serve_attachment(make_attachment(), reader=None)
    response = serve_attachment(attachment, reader=user)
    assert b"".join(response.streaming_content) == PDF
    response.close()


def test_a_download_is_an_attachment_nobody_keeps_or_guesses_about():
    attachment = make_attachment(CSV, "企业.csv")
    attachment = attach(attachment, owner=make_unit(), actor=None, at=AT)
    response = serve_attachment(attachment, reader=make_user())
    assert b"".join(response.streaming_content) == CSV
    assert response["Content-Type"] == "text/csv"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E4%BC%81%E4%B8%9A.csv"
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    response.close()


def test_a_lost_content_is_said(private_root):
    attachment = attach(make_attachment(), owner=make_unit(), actor=None, at=AT)
    contents(private_root)[0].unlink()
    assert refusal(serve_attachment, attachment, reader=None) == "files.content_missing"


def test_deleting_removes_the_content_only_when_it_is_certain(
    private_root, django_capture_on_commit_callbacks
):
    attachment = make_attachment()
    with django_capture_on_commit_callbacks() as callbacks:
        delete_attachment(attachment, actor=None)
    assert len(contents(private_root)) == 1
    for callback in callbacks:
        callback()
    assert contents(private_root) == []


def test_expiry_deletes_what_is_over_and_sweeps_what_no_row_knows(
    private_root, django_capture_on_commit_callbacks, monkeypatch
):
    monkeypatch.setattr(commands, "BATCH", 1)
    for _ in range(2):
        make_attachment()
    kept = attach(make_attachment(), owner=make_unit(), actor=None, at=AT)
    limited = attach(make_attachment(), owner=make_unit(), actor=None, at=AT, keep_until=AT)
    orphan = private_root / "attachments" / "zz" / "zz00"
    orphan.parent.mkdir()
    orphan.write_bytes(b"x")
    os.utime(orphan, (0, 0))
    fresh = private_root / "attachments" / "zz" / "zz01"
    fresh.write_bytes(b"x")
    with django_capture_on_commit_callbacks(execute=True):
        steps = list(expire_uploads(AT + timedelta(hours=24)))
    assert steps == [1, 2, 3, 4]
    assert list(Attachment.objects.all()) == [kept] and limited.pk
    assert contents(private_root) == sorted([Path(kept.file.path), fresh])


def test_expiry_with_nothing_stored_does_nothing():
    assert list(expire_uploads(AT)) == [0]


def test_the_commands_answer(capsys):
    make_attachment()
    call_command("expire_uploads")
    assert '"deleted": 1' in capsys.readouterr().out
    with pytest.raises(Exception, match="HUIQI_CLAMD"):
        call_command("scan_uploads")


# --- clamd --------------------------------------------------------------------------------------------


@contextmanager
def clamd(answer=None):
    """A clamd that finds the test signature, or always answers the same."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(10)

    def serve():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                received = connection.makefile("rb")
                assert received.read(10) == b"zINSTREAM\0"
                content = b""
                while length := struct.unpack(">I", received.read(4))[0]:
                    content += received.read(length)
                found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
                connection.sendall(answer or found)
                received.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(10)


def test_clamd_decides_when_it_is_configured(settings):
    with clamd() as address:
        settings.HUIQI_CLAMD = address
        assert make_attachment().scan == Attachment.Scan.CLEAN
        assert refusal(make_attachment, PDF + EICAR) == "files.infected"


def test_what_clamd_has_not_seen_is_kept_back_until_it_has(settings):
    unit = make_unit()
    settings.HUIQI_CLAMD = "127.0.0.1:1"
    clean = attach(make_attachment(), owner=unit, actor=None, at=AT)
    assert clean.scan == Attachment.Scan.UNSCANNED
    assert refusal(serve_attachment, clean, reader=None) == "files.not_scanned"
    assert list(scan_uploads()) == []
    with clamd() as address:
        settings.HUIQI_CLAMD = address
        Path(attach(make_attachment(), owner=unit, actor=None, at=AT).file.path).write_bytes(EICAR)
        Attachment.objects.update(scan=Attachment.Scan.UNSCANNED)
        Path(make_attachment().file.path).unlink()
        Attachment.objects.update(scan=Attachment.Scan.UNSCANNED)
        assert list(scan_uploads()) == [(1, 0), (2, 1)]
    clean.refresh_from_db()
    serve_attachment(clean, reader=None).close()


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OK but odd\0"])
def test_an_answer_that_is_no_answer_leaves_a_file_unscanned(answer, tmp_path):
    with clamd(answer or b"\0") as address:
        assert ClamdScanner(address).scan(make_upload()).verdict is Verdict.UNSCANNED
    assert ClamdScanner(str(tmp_path / "none.ctl")).scan(make_upload()).verdict is Verdict.UNSCANNED


@pytest.mark.parametrize("address", ["10.0.0.5:3310", "clamd.example:3310", "127.0.0.1", "127.0.0.1:x"])
def test_clamd_is_spoken_to_on_this_machine_alone(address):
    with pytest.raises(ImproperlyConfigured):
        ClamdScanner(address)
    ClamdScanner("localhost:3310")
    ClamdScanner("[::1]:3310")


def test_receiving_asks_for_limits_before_reading():
    upload = make_upload()
    upload.size = 10**9
    assert refusal(receive_upload, upload, actor=None, at=AT) == "files.upload_too_big"
