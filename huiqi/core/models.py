"""Rows every app relies on: audit records, idempotency keys, jobs; and the version column."""

from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.core.errors import VersionConflict
from huiqi.core.ids import PublicIdField
from huiqi.core.messages import Message, gettext_noop

RowT = TypeVar("RowT", bound=models.Model)


class Unalterable(RuntimeError):
    """Somebody tried to change or delete an audit record."""


class AppendOnlyQuerySet(models.QuerySet[RowT]):
    def update(self, **kwargs: Any) -> int:
        raise Unalterable("audit records are never changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise Unalterable("audit records are never deleted")


class AppendOnly(models.Model):
    """A row that is written once. Triggers in the database say the same (huiqi.core.trail.guard)."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Unalterable("audit records are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise Unalterable("audit records are never deleted")


class AuditResult(models.TextChoices):
    DONE = "done", _("已完成")
    REFUSED = "refused", _("未获准")
    FAILED = "failed", _("未成功")


class AuditRecord(AppendOnly):
    """One act, as it happened. Holds no personal data, so that it may be kept for years."""

    act = models.CharField(_("行为"), max_length=60)
    actor_id = models.CharField(_("行为人"), max_length=16, blank=True)
    # A deputy acts in the name of somebody absent; empty when people act for themselves.
    on_behalf_id = models.CharField(_("被代理人"), max_length=16, blank=True)
    subject_type = models.CharField(_("对象类型"), max_length=60, blank=True)
    subject_id = models.CharField(_("对象"), max_length=16, blank=True)
    result = models.CharField(_("结果"), max_length=10, choices=AuditResult, default=AuditResult.DONE)
    details = models.JSONField(_("要点"), default=dict)
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    objects = AppendOnlyQuerySet["AuditRecord"].as_manager()

    class Meta:
        verbose_name = _("审计记录")
        # Each ends with the order in which the trail is read, newest first.
        indexes = [
            models.Index(fields=["at", "id"], name="audit_by_time"),
            models.Index(fields=["act", "at", "id"], name="audit_by_act"),
            models.Index(fields=["actor_id", "at", "id"], name="audit_by_actor"),
            models.Index(fields=["subject_type", "subject_id", "at", "id"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject_id}"


class AuditLink(AppendOnly):
    """The seal of one record: its digest holds the digest of the link before (huiqi.core.trail.chain)."""

    number = models.BigIntegerField(_("序号"), primary_key=True)
    record = models.OneToOneField(AuditRecord, on_delete=models.PROTECT, related_name="link")
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    objects = AppendOnlyQuerySet["AuditLink"].as_manager()

    class Meta:
        verbose_name = _("审计链")

    def __str__(self) -> str:
        return f"{self.number} {self.digest[:12]}"


class AuditWaiting(models.Model):
    """A record that waits for its seal. A trigger writes the row with the record, whoever inserts it.

    A queue instead of "all ids above the last sealed one": on PostgreSQL a lower id may be committed later.
    """

    record = models.OneToOneField(
        AuditRecord, on_delete=models.PROTECT, primary_key=True, related_name="waiting"
    )

    class Meta:
        verbose_name = _("待封存的审计记录")

    def __str__(self) -> str:
        return str(self.pk)


class AuditHead(models.Model):
    """The last link, one row that every sealer locks; and how many lines the anchor file has."""

    ROW = 1
    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64)
    anchor_lines = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("审计链末端")
        constraints = [models.CheckConstraint(name="audit_head_is_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.number} {self.digest[:12]}"


class Versioned(models.Model):
    """A row two people may edit: saving with an old version is a conflict, never a silent overwrite."""

    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    class Meta:
        abstract = True

    def save_version(self, *, expected: int, fields: list[str]) -> Self:
        """Write `fields` and raise the version by one if it is still `expected`, else VersionConflict."""
        values = {name: getattr(self, name) for name in fields}
        changed = (
            type(self)
            ._default_manager.filter(pk=self.pk, version=expected)
            .update(version=F("version") + 1, **values)
        )
        if not changed:
            raise VersionConflict()
        self.version = expected + 1
        return self


class IdempotencyKey(models.Model):
    """A client's key for one write and the answer it got, so that a retry gets the same answer."""

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    answer = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"


class JobState(models.TextChoices):
    WAITING = "waiting", _("等待运行")
    RUNNING = "running", _("正在运行")
    DONE = "done", _("已完成")
    FAILED = "failed", _("未完成")
    CANCELLED = "cancelled", _("已取消")


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: Any) -> "JobQuerySet":
        """A job is seen by whoever started it."""
        return self.filter(owner_id=user.public_id) if user.is_authenticated else self.none()


class Job(models.Model):
    """Long work as a person sees it: how far, whether it still lives, and a way to stop it."""

    public_id = PublicIdField()
    kind = models.CharField(_("种类"), max_length=60)
    # The owner's public id, not a foreign key: core lies below accounts and must not point up.
    owner_id = models.CharField(_("发起人"), max_length=16, blank=True, db_index=True)
    # The door of the page that started it (audit.acting): a deputy acts for the absent in the background too.
    door = models.CharField(max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=JobState, default=JobState.WAITING)
    arguments = models.JSONField(default=dict)
    done_count = models.PositiveIntegerField(_("已完成数"), default=0)
    total_count = models.PositiveIntegerField(_("总数"), default=0)
    attempt = models.PositiveSmallIntegerField(default=0)
    is_cancel_requested = models.BooleanField(default=False)
    result = models.JSONField(null=True)
    message = models.TextField(_("说明"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("后台任务")
        constraints = [
            models.CheckConstraint(
                name="job_progress_within_total",
                condition=Q(total_count=0) | Q(done_count__lte=F("total_count")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def fault(self) -> Message:
        """What a person is told when the program fails: nothing of the fault but where to ask."""
        return Message(
            gettext_noop("运行中出错，已记录。请把任务编号 %(job)s 告诉管理员。"), {"job": self.public_id}
        )

    @property
    def said(self) -> Message | str:
        """The stored message as something to translate."""
        return self.fault if self.message == str(self.fault) else self.message

    @property
    def percent(self) -> int:
        """0–100, whole; 0 while the total is not known."""
        return self.done_count * 100 // self.total_count if self.total_count else 0

    @property
    def is_finished(self) -> bool:
        return self.state in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}


class Dismissed(models.Model):
    """A person does not want to see something again: the guide of the first days, by its key."""

    # The person's public id, not a foreign key: core lies below accounts and must not point up.
    owner_id = models.CharField(_("本人"), max_length=16)
    key = models.CharField(_("内容"), max_length=40)
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("不再显示")
        constraints = [models.UniqueConstraint(fields=["owner_id", "key"], name="dismissed_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.owner_id}"
