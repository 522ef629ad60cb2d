"""Where events are sent to, and each sending with its fate."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.ids import PublicIdField
from huiqi.core.personal import EncryptedTextField


class Event(models.TextChoices):
    """What may be told. A message names the event and its subject, never a firm or a figure."""

    RUN_DONE = "run.done", _("全省测算完成")
    STATUS_RECEIVED = "reach.status_received", _("收到认定机关回执")


class HookQuerySet(models.QuerySet["Hook"]):
    def visible_to(self, user: Any) -> Self:
        """All of them for whoever manages access, none for others."""
        return self if may(user, Power.MANAGE_ACCESS, clock.today()) else self.none()


class Hook(models.Model):
    """An address that is told of events until it is ended. The secret signs what is sent."""

    public_id = PublicIdField()
    name = models.CharField(_("用途"), max_length=60)
    address = models.CharField(_("接收地址"), max_length=300)
    events = models.JSONField(_("事件"), default=list)
    secret = EncryptedTextField(max_length=80)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    made_at = models.DateTimeField(_("登记时间"))
    ended_at = models.DateTimeField(_("停用时间"), null=True)
    objects = HookQuerySet.as_manager()

    class Meta:
        verbose_name = _("事件推送")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.public_id

    @property
    def event_labels(self) -> list[Any]:
        """The events in words."""
        return [Event(event).label for event in self.events if event in Event]


class SendingQuerySet(models.QuerySet["Sending"]):
    def due(self, at: datetime) -> Self:
        """Those that wait and whose time has come."""
        return self.filter(state=Sending.State.WAITING, next_try_at__lte=at)


class Sending(models.Model):
    """One event on its way to one address: at least once, the same `public_id` each time."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENDING = "sending", _("正在发送")
        SENT = "sent", _("已送达")
        FAILED = "failed", _("未能送达")

    public_id = PublicIdField()
    hook = models.ForeignKey(Hook, models.CASCADE, related_name="sendings")
    event = models.CharField(_("事件"), max_length=40, choices=Event)
    subject = models.CharField(_("对象"), max_length=40)
    state = models.CharField(_("状态"), max_length=7, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    next_try_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(_("对方答复"), null=True)
    fault = models.CharField(_("原因"), max_length=80, blank=True)
    made_at = models.DateTimeField(_("发生时间"))
    ended_at = models.DateTimeField(null=True)
    objects = SendingQuerySet.as_manager()

    class Meta:
        verbose_name = _("事件发送")
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["state", "next_try_at"], name="webhook_sending_due")]
        constraints = [
            models.UniqueConstraint(fields=["hook", "event", "subject"], name="webhook_event_once"),
        ]

    def __str__(self) -> str:
        return self.public_id
