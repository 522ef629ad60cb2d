"""Photos and files of a response: an answer holds the name under which its file is found."""

from huiqi.files.models import Attachment
from huiqi.files.names import extension_of
from huiqi.files.queries import attachments_of
from huiqi.surveys.models import Response


def stored_name(attachment: Attachment) -> str:
    """What stands in the answers and in a submission for a file: nothing of the person's name for it."""
    return f"{attachment.public_id}.{extension_of(attachment.name)}"


def uploads_of(response: Response) -> dict[str, Attachment]:
    """The files of a response by what stands for them in its answers."""
    return {stored_name(row): row for row in attachments_of(response)}
