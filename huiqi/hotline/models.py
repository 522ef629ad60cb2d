"""The hotline 96871: calls that bound what an agent may see, call-backs claimed one by one, shifts."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.cases.models import Case
from huiqi.core.ids import PublicIdField
from huiqi.core.personal import BlindIndexField, EncryptedTextField, mask_phone

NOTE_LENGTH = 500


class Proof(models.TextChoices):
    """How it is known that the person on the line has the number."""

    NONE = "", _("未核实")
    POPPED = "popped", _("来电弹屏")
    SEEN = "seen", _("话机来电显示一致")
    DIALLED = "dialled", _("回拨原号码核实")


class PhoneCallQuerySet(models.QuerySet["Call"]):
    def open_of(self, agent: Any, wall: datetime) -> Self:
        """The agent's calls that go on. An abandoned one ends by itself at `open_until`."""
        return self.filter(agent=agent, ended_at=None, open_until__gt=wall)


class Call(models.Model):
    """One conversation. While it lasts its agent sees the caller's own cases; afterwards nothing."""

    public_id = PublicIdField()
    agent = models.ForeignKey(User, models.PROTECT, related_name="calls_taken")
    phone = EncryptedTextField(_("来电号码"), max_length=20)
    phone_index = BlindIndexField("phone", purpose="phone")
    proof = models.CharField(_("核实方式"), max_length=7, choices=Proof, blank=True, default=Proof.NONE)
    started_at = models.DateTimeField(_("接听时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True)
    # Real time, whatever day the site acts on.
    open_until = models.DateTimeField()
    objects = PhoneCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("通话")
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["agent", "ended_at"], name="call_of_agent")]
        constraints = [
            models.UniqueConstraint(fields=["agent"], condition=Q(ended_at=None), name="call_one_at_a_time")
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def masked(self) -> str:
        """The number as lists show it."""
        return mask_phone(self.phone)


class CallTouch(models.Model):
    """A case this call was about, and what was done."""

    class Act(models.TextChoices):
        SHOWN = "shown", _("查看")
        OPENED = "opened", _("登记")
        MESSAGED = "messaged", _("留言或补充")
        WITHDRAWN = "withdrawn", _("撤回")
        DIALLED = "dialled", _("拨打")

    call = models.ForeignKey(Call, models.CASCADE, related_name="touches")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    act = models.CharField(max_length=9, choices=Act)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("通话涉及诉求")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "case"], condition=Q(act="shown"), name="call_shows_a_case_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.act} {self.case_id}"


class Pop(models.Model):
    """A call that rings at an agent's place, told by the telephone system."""

    public_id = PublicIdField()
    agent = models.ForeignKey(User, models.PROTECT, related_name="pops")
    phone = EncryptedTextField(_("来电号码"), max_length=20)
    # Real time.
    rang_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("来电弹屏")
        ordering = ["-rang_at", "-pk"]
        indexes = [models.Index(fields=["agent", "taken_at", "rang_at"], name="pop_of_agent")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def masked(self) -> str:
        """The number as lists show it."""
        return mask_phone(self.phone)


class CallBackClaim(models.Model):
    """Who calls back the requester of a case now; so that nobody is called twice."""

    public_id = PublicIdField()
    case = models.OneToOneField(Case, models.CASCADE, related_name="call_back_claim")
    agent = models.OneToOneField(User, models.PROTECT, related_name="call_back_claim")
    # Real time: a claim forgotten lapses.
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("回访认领")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.public_id


class CallWish(models.Model):
    """A caller asks to be called back."""

    public_id = PublicIdField()
    phone = EncryptedTextField(_("回电号码"), max_length=20)
    phone_index = BlindIndexField("phone", purpose="phone")
    about = EncryptedTextField(_("什么事"), max_length=NOTE_LENGTH)
    wanted_at = models.DateTimeField(_("希望回电时间"))
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="wishes_taken")
    taken_until = models.DateTimeField(null=True)  # real time
    tries = models.PositiveSmallIntegerField(_("未接通次数"), default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("预约回电")
        ordering = ["wanted_at", "pk"]
        indexes = [models.Index(fields=["done_at", "wanted_at"], name="wish_queue")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def masked(self) -> str:
        """The number as lists show it."""
        return mask_phone(self.phone)


class Shift(models.Model):
    """Somebody on duty at the hotline."""

    public_id = PublicIdField()
    agent = models.ForeignKey(User, models.PROTECT, related_name="shifts")
    begun_at = models.DateTimeField(_("上班时间"))
    ended_at = models.DateTimeField(_("下班时间"), null=True)

    class Meta:
        verbose_name = _("班次")
        ordering = ["-begun_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["agent"], condition=Q(ended_at=None), name="shift_one_open")
        ]

    def __str__(self) -> str:
        return self.public_id


class HandOver(models.Model):
    """What one shift leaves to the next: a note and how much was open; read and confirmed by another."""

    public_id = PublicIdField()
    shift = models.OneToOneField(Shift, models.CASCADE, related_name="hand_over")
    note = EncryptedTextField(_("交接事项"), max_length=4 * NOTE_LENGTH, blank=True)
    # Counted when it was written: call-backs due, wishes open.
    due = models.PositiveIntegerField(_("待回访"), default=0)
    wishes = models.PositiveIntegerField(_("待回电"), default=0)
    made_at = models.DateTimeField()
    taken_over_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    taken_over_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("交接班")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.public_id
