"""Uploaded and made files are private: outside the web root, readable by this process alone."""

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class PrivateStorage(FileSystemStorage):
    """Files under PRIVATE_ROOT with mode 0600; they have no URL and leave only through a view that checks."""

    def __init__(self) -> None:
        super().__init__(
            location=settings.PRIVATE_ROOT,
            file_permissions_mode=0o600,
            directory_permissions_mode=0o700,
        )

    def url(self, name: str | None) -> str:
        """Refused: without a base URL Django would make an address below the site's root."""
        raise ValueError("A private file is not accessible via a URL; link to the view that checks.")
