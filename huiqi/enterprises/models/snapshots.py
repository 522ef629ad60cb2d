"""What a snapshot of the register still lacks: firms written since which snapshot."""

from django.db import models


class ChangedFirm(models.Model):
    """A firm was written. Triggers add these rows (change_log.py), whoever writes and however.

    No key points at the firm: a row here must never keep a write waiting or be the reason it fails.
    """

    firm_id = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"{self.firm_id}"


class SnapshotMark(models.Model):
    """The snapshot that ChangedFirm counts from: one row, written with the deletion of the rows it holds."""

    name = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.name
