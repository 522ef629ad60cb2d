"""Rows of notices, of messages on their way out, and of one-time codes."""

from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import crypto
from huiqi.core.ids import PublicIdField
from huiqi.core.personal import EncryptedTextField, mask_phone
from huiqi.messages.kinds import KINDS


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: Any) -> Self:
        """A notice is seen by the one it is for."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def unread(self) -> Self:
        """Not read yet."""
        return self.filter(read_at=None)

    def unread_first(self) -> Self:
        """Unread before read, each newest first."""
        return self.order_by(F("read_at").desc(nulls_first=True), "-at", "-pk")


class Notice(models.Model):
    """Something a person should know: a number and a link. What it is about stays behind the link."""

    public_id = PublicIdField()
    user = models.ForeignKey(User, models.CASCADE, related_name="notices")
    # A code of huiqi.messages.kinds.
    kind = models.CharField(max_length=40)
    text = models.CharField(_("内容"), max_length=200)
    url = models.CharField(max_length=200)
    at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("已读时间"), null=True, blank=True)
    # The day whose digest counted it.
    digest_on = models.DateField(null=True, blank=True)
    # What it is about and when: the same person gets it once ("" = no such limit).
    once_key = models.CharField(max_length=80, blank=True)
    # The task it asks for (`stationing.escalation:<public id>`), and when somebody had done that.
    about = models.CharField(max_length=80, blank=True)
    settled_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("通知")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["user", "read_at", "-at"], name="notice_of_person"),
            models.Index(
                fields=["user"], condition=Q(read_at=None, digest_on=None), name="notice_undigested"
            ),
            models.Index(fields=["about"], condition=~Q(about=""), name="notice_about"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "once_key"], condition=~Q(once_key=""), name="notice_once"
            ),
            models.CheckConstraint(
                name="notice_url_is_ours", condition=Q(url__startswith="/") & ~Q(url__startswith="//")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def kind_label(self) -> Any:
        """The kind in words; of an app no longer installed: "其他"."""
        known = KINDS.get(self.kind)
        return known.label if known else _("其他")


class MutedKind(models.Model):
    """A kind of notice that a person does not want in the digest; it still stands on the page."""

    user = models.ForeignKey(User, models.CASCADE, related_name="muted_kinds")
    kind = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="muted_kind_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, at: datetime) -> Self:
        """Waiting, and its next try has come."""
        return self.filter(state=Delivery.State.WAITING, next_try_at__lte=at)


class Delivery(models.Model):
    """One message on its way out. Number and text are wiped as soon as its fate is known."""

    class Way(models.TextChoices):
        SMS = "sms", _("短信")
        # 政务微信, 钉钉: of staff alone; who is not found there gets a text message.
        CHAT = "chat", _("政务微信或钉钉")

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENDING = "sending", _("发送中")
        SENT = "sent", _("已发送")
        FAILED = "failed", _("未能发送")
        # The line broke in the middle, or the worker died: perhaps sent, never repeated.
        UNSURE = "unsure", _("不确定")
        EXPIRED = "expired", _("已过时")

    public_id = PublicIdField()
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="deliveries")
    purpose = models.CharField(max_length=40)
    way = models.CharField(max_length=4, choices=Way, default=Way.SMS)
    phone = EncryptedTextField(max_length=20, blank=True)
    text = EncryptedTextField(max_length=500, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # "digest:2020-03-01:17"; unique, so that a crashed run that starts again sends nothing twice.
    once_key = models.CharField(max_length=80, null=True, unique=True)
    made_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    not_after = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=80, blank=True)
    # The class of the last fault, for the operator.
    fault = models.CharField(max_length=80, blank=True)
    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("短信发送")
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["state", "next_try_at"], name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.state}"


class OutboxQuerySet(models.QuerySet["OutboxMessage"]):
    def visible_to(self, user: Any, today: date) -> Self:
        """A person reads what was sent to their account; who manages accounts reads all. Demo only."""
        if may(user, Power.MANAGE_UNITS, today):
            return self
        own = Delivery.objects.filter(user=user).exclude(receipt="").order_by()
        return self.filter(public_id__in=own.values("receipt"))


class OutboxMessage(models.Model):
    """A message of a demo site, kept instead of sent."""

    public_id = PublicIdField()
    phone = EncryptedTextField(max_length=20)
    text = EncryptedTextField(max_length=500)
    at = models.DateTimeField()
    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("演示短信")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.public_id

    @property
    def masked_phone(self) -> str:
        """As it may be shown."""
        return mask_phone(self.phone)


class OneTimeCode(models.Model):
    """A six-digit code that was sent to a phone. The number and the code are kept as keyed digests only."""

    public_id = PublicIdField()
    purpose = models.CharField(max_length=40)
    phone_index = models.CharField(max_length=crypto.INDEX_LENGTH)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="one_time_codes")
    code_digest = models.CharField(max_length=crypto.INDEX_LENGTH)
    failures = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # Used, replaced by a newer one, or tried too often.
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("验证码")
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["phone_index", "made_at"], name="code_by_phone"),
            models.Index(fields=["user", "made_at"], name="code_by_user"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.public_id}"


class CodeGate(models.Model):
    """A row to lock while codes of one phone or one account are counted, so that two at once are counted."""

    key = models.CharField(max_length=100, unique=True)

    def __str__(self) -> str:
        return self.key
