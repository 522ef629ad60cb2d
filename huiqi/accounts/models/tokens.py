"""Access tokens: how the program of a firm or a unit proves in whose name it calls the API."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models.people import User
from huiqi.core.ids import PublicIdField


class ApiScope(models.TextChoices):
    """What a token may be used for; the powers of its person bound it further."""

    CASES_CREATE = "cases:create", _("提交诉求")
    CASES_READ = "cases:read", _("查询本账号提交的诉求")
    SURVEYS_COLLECT = "surveys:collect", _("采集问卷")
    RUNS_READ = "runs:read", _("读取全省测算结果")
    LISTS_READ = "lists:read", _("读取名单")
    REACH_READ = "reach:read", _("读取政策直达进度")


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self, at: datetime) -> Self:
        """Drawn, neither revoked nor expired, and its person may sign in."""
        drawn = self.filter(drawn_at__isnull=False, revoked_at=None, expires_at__gt=at)
        return drawn.filter(user__is_active=True)

    def visible_to(self, user: Any, *, everybody: bool = False) -> Self:
        """One's own; with `everybody` all of them."""
        return self if everybody else self.filter(user=user)


class ApiToken(models.Model):
    """A right to call the API as a person. The secret is shown once to that person; its digest stays."""

    public_id = PublicIdField()
    # The program acts as this person: with these powers, this scope, under this name in the trail.
    user = models.ForeignKey(User, models.PROTECT, related_name="api_tokens", verbose_name=_("账号"))
    name = models.CharField(_("用途"), max_length=60)
    scopes = models.JSONField(_("权限范围"), default=list)
    # SHA-256 of a secret of 256 random bits (core.ids.token_digest); None until it is drawn.
    digest = models.CharField(max_length=64, null=True, unique=True, editable=False)
    # The beginning of the secret, to tell tokens apart; too short to guess the rest from.
    prefix = models.CharField(_("开头"), max_length=8, blank=True)
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("批准人"))
    granted_at = models.DateTimeField(_("批准时间"))
    expires_at = models.DateTimeField(_("有效期至"))
    drawn_at = models.DateTimeField(_("领取时间"), null=True)
    revoked_at = models.DateTimeField(_("撤销时间"), null=True)
    last_used_at = models.DateTimeField(_("最近使用"), null=True)
    # Calls in the minute that began then: all workers count in this one row.
    window_at = models.DateTimeField(null=True)
    window_count = models.PositiveIntegerField(default=0)
    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("接口令牌")
        ordering = ["-granted_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="api_token_drawn_whole",
                condition=Q(digest=None, drawn_at=None) | Q(digest__isnull=False, drawn_at__isnull=False),
            ),
            models.CheckConstraint(
                name="api_token_expires_later", condition=Q(expires_at__gt=models.F("granted_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.name}"

    @property
    def scope_labels(self) -> list[Any]:
        """The scopes in words."""
        return [ApiScope(scope).label for scope in self.scopes if scope in ApiScope]
