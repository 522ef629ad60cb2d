"""Uploaded and made files are private: outside the web root, readable by this process alone."""

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class PrivateStorage(FileSystemStorage):
    """Files under PRIVATE_ROOT with mode 0600; they have no URL and leave only through a view that checks."""

    def __init__(self) -> None:
        super().__init__(
            location=settings.PRIVATE_ROOT,
            base_url=None,
            file_permissions_mode=0o600,
            directory_permissions_mode=0o700,
        )
