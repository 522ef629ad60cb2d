"""The access review: who has an account and whether they still need it, looked at every six months."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models.people import Unit, User
from huiqi.accounts.roles import Role
from huiqi.core.ids import PublicIdField


class AccessReview(models.Model):
    """One review, from the picture taken of all accounts to the reviewer's signature."""

    public_id = PublicIdField()
    opened_on = models.DateField(_("开始日期"))
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="reviews_opened")
    is_open = models.BooleanField(default=True, editable=False)
    signed_off_on = models.DateField(_("签署日期"), null=True, blank=True)
    signed_off_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="reviews_signed"
    )
    next_due_on = models.DateField(_("下次复核日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("权限复核")
        ordering = ["-opened_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_open"], condition=Q(is_open=True), name="review_one_open_at_a_time"
            ),
            models.CheckConstraint(
                name="review_open_or_signed",
                condition=Q(is_open=True, signed_off_on=None) | Q(is_open=False, signed_off_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opened_on:%Y-%m-%d}"


class Decision(models.TextChoices):
    KEPT = "kept", _("保留")
    WITHDRAWN = "withdrawn", _("收回")


class ReviewLine(models.Model):
    """One account as it stood when the review was opened, and what the reviewer decided."""

    review = models.ForeignKey(AccessReview, models.CASCADE, related_name="lines")
    user = models.ForeignKey(User, models.PROTECT, related_name="review_lines", verbose_name=_("用户"))
    role = models.CharField(_("角色"), max_length=20, choices=Role)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("单位"))
    last_sign_in = models.DateTimeField(_("最近登录"), null=True)
    has_second_factor = models.BooleanField(_("第二因素"))
    deputyships = models.PositiveSmallIntegerField(_("代理数"))
    # Codes of huiqi.accounts.review_marks.
    marks = models.JSONField(_("提示"), default=list)
    decision = models.CharField(_("结论"), max_length=10, choices=Decision, blank=True)
    reason = models.CharField(_("理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("复核行")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "user"], name="review_line_once"),
            models.CheckConstraint(
                name="review_withdrawn_has_reason", condition=~Q(decision="withdrawn") | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.user_id}"
