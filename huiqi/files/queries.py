"""Reading attachments. Who may see one is the owner's app's to decide, by its own queryset of owners."""

from django.db.models import Model

from huiqi.files.models import Attachment, AttachmentQuerySet


def owner_key(owner: Model) -> tuple[str, str]:
    """What stands for an owner: its model and its public id."""
    return owner._meta.label_lower, str(getattr(owner, "public_id"))  # noqa: B009  any model that has one


def attachments_of(owner: Model) -> AttachmentQuerySet:
    """The files attached to `owner`, in the order they came."""
    return Attachment.objects.belonging_to(*owner_key(owner))
