import stat
from pathlib import Path

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from huiqi.core.storage import PrivateStorage


@pytest.fixture
def storage(settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path / "private"
    return PrivateStorage()


@pytest.mark.parametrize("name", ["../out.txt", "/etc/out.txt", "a/../../out.txt"])
def test_a_name_cannot_lead_out_of_the_private_folder(storage, tmp_path, name):
    with pytest.raises(SuspiciousFileOperation):
        storage.save(name, ContentFile(b"x"))
    assert not list(tmp_path.rglob("out.txt"))


def test_private_files_have_no_address(storage):
    name = storage.save("a/b.txt", ContentFile(b"x"))
    with pytest.raises(ValueError, match="not accessible via a URL"):
        storage.url(name)


def test_only_this_process_may_read_them(storage):
    name = storage.save("a/b.txt", ContentFile(b"x"))
    path = storage.path(name)
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(path).parent.stat().st_mode) == 0o700


def test_it_is_the_default_for_every_file_field():
    default_storage.exists("nothing")
    assert isinstance(default_storage._wrapped, PrivateStorage)
