"""Uploaded and made files of these tests lie in a folder of the test's own."""

import pytest


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    """The folder; setting STORAGES anew makes Django build the storage again."""
    settings.PRIVATE_ROOT = tmp_path / "private"
    settings.STORAGES = dict(settings.STORAGES)
    return settings.PRIVATE_ROOT
