"""Expert review: who was asked, what he declared, what he scored."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.core.ids import PublicIdField
from huiqi.grants.models.applications import Application
from huiqi.grants.workflow import State


class ReviewQuerySet(models.QuerySet["Review"]):
    def of_expert(self, user: Any) -> Self:
        """Those of the person, as long as the application is under review."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(expert=user)

    def open_to(self, user: Any) -> Self:
        """Those whose papers the person may read: declared free of conflict, and still under review."""
        free = self.of_expert(user).filter(declared=Review.Declared.FREE)
        return free.filter(application__state=State.REVIEWING)


class Review(models.Model):
    """One expert's review of one application. Nothing of it is shown to him before he declared."""

    class Declared(models.TextChoices):
        NOT_YET = "", _("还没有声明")
        FREE = "free", _("没有利益关系")
        CONFLICT = "conflict", _("有利益关系，已回避")

    public_id = PublicIdField()
    application = models.ForeignKey(Application, models.PROTECT, related_name="reviews")
    expert = models.ForeignKey(User, models.PROTECT, related_name="+")
    assigned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    assigned_at = models.DateTimeField()
    declared = models.CharField(_("利益关系声明"), max_length=8, choices=Declared, blank=True)
    conflict = models.CharField(_("关系说明"), max_length=200, blank=True)
    declared_at = models.DateTimeField(null=True)
    comment = models.CharField(_("评审意见"), max_length=1000, blank=True)
    scored_at = models.DateTimeField(null=True)
    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("专家评审")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "expert"], name="grant_review_once"),
            models.CheckConstraint(
                name="grant_scored_when_free", condition=Q(scored_at=None) | Q(declared="free")
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class Score(models.Model):
    """Points for one criterion, as it was titled and weighed then."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="scores")
    criterion = models.CharField(_("评分项"), max_length=60)
    most = models.PositiveSmallIntegerField(_("满分"))
    points = models.PositiveSmallIntegerField(_("得分"))

    class Meta:
        verbose_name = _("评分")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="grant_score_once"),
            models.CheckConstraint(name="grant_score_within", condition=Q(points__lte=models.F("most"))),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} {self.points}"
