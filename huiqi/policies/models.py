"""The public check's row. What a firm answered is sealed; who asked is not recorded."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.core.ids import PublicIdField
from huiqi.core.models import Versioned


class CheckQuerySet(models.QuerySet["Check"]):
    def alive(self, at: datetime) -> "CheckQuerySet":
        """Checks whose private link still opens."""
        return self.filter(expires_at__gt=at)

    def expired(self, at: datetime) -> "CheckQuerySet":
        """Checks past their time, to be deleted."""
        return self.filter(expires_at__lte=at)


class Check(Versioned):
    """One run of the public check 政策体检, reached only by its private link.

    The link's token is not stored, only its digest; the answers are encrypted. Figures of other
    authorities are among them only while `keeps_figures` is set, which the person asks for.
    """

    public_id = PublicIdField()
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    answers_sealed = models.TextField(_("加密的答案"))
    keeps_figures = models.BooleanField(_("保存不留存的数字"), default=False)
    started_at = models.DateTimeField(_("开始时间"))
    updated_at = models.DateTimeField(_("更新时间"))
    expires_at = models.DateTimeField(_("失效时间"), db_index=True)
    objects = CheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("政策体检")
        constraints = [
            models.CheckConstraint(
                name="check_expires_after_start", condition=Q(expires_at__gt=F("started_at"))
            ),
            models.CheckConstraint(
                name="check_updated_after_start", condition=Q(updated_at__gte=F("started_at"))
            ),
        ]

    def __str__(self) -> str:
        return self.short_number

    @property
    def short_number(self) -> str:
        """What a person reads out on the telephone; it opens nothing."""
        return f"{self.public_id[:4]}-{self.public_id[4:8]}".upper()
