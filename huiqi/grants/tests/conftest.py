"""Uploaded and made files of these tests lie in a folder of the test's own."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def private_files(settings: Any, tmp_path: Path) -> Path:
    """The folder; setting STORAGES anew makes Django build the storage again."""
    settings.PRIVATE_ROOT = tmp_path / "private"
    settings.STORAGES = dict(settings.STORAGES)
    return tmp_path / "private"
