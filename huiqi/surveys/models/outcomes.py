"""What answers lead to: help a firm wants, which may become a case, and how far policies reached it."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, scope_with
from huiqi.cases.models import Case
from huiqi.core.ids import PublicIdField
from huiqi.enterprises.models import Enterprise
from huiqi.surveys.models.responses import Response
from huiqi.surveys.models.waves import Wave


class WishQuerySet(models.QuerySet["Wish"]):
    def visible_to(self, user: Any, today: date) -> Self:
        """For who takes requests for firms: of the region whose cases the person sees, by county;
        what names no county only who sees the whole province."""
        if not user.is_authenticated or not may(user, Power.TAKE_REQUESTS, today):
            return self.none()
        scope = scope_with(user, Power.VIEW_CASES, today)
        if scope.is_whole:
            return self
        return self.exclude(prefecture="").filter(scope.rows())

    def open(self) -> Self:
        """Not a case yet."""
        return self.filter(case=None)


class Wish(models.Model):
    """A difficulty a firm named in an answer, by a rule of the questionnaire. Never of an anonymous survey.

    `prefecture` and `park_id` are named as in the register, so that a Scope filters both.
    """

    public_id = PublicIdField()
    response = models.ForeignKey(Response, models.CASCADE, related_name="wishes")
    # The rule of the version the response keeps (questionnaires.xform.definition.RequestRule.key).
    rule = models.CharField(max_length=40)
    item = models.CharField(_("事项"), max_length=40)
    topic = models.CharField(_("主题"), max_length=40)
    title = models.CharField(_("标题"), max_length=80)
    prefecture = models.CharField(_("县市区"), max_length=6, blank=True)
    park = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    # The firm agreed that it is called about its answers.
    may_contact = models.BooleanField(_("同意联系"), default=False)
    made_on = models.DateField(_("日期"))
    case = models.OneToOneField(Case, models.PROTECT, null=True, related_name="wish", verbose_name=_("诉求"))
    turned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    objects = WishQuerySet.as_manager()

    class Meta:
        verbose_name = _("问卷中的困难")
        ordering = ["-made_on", "-pk"]
        indexes = [models.Index(fields=["prefecture", "-made_on"], name="wish_by_region")]
        constraints = [
            models.UniqueConstraint(fields=["response", "rule"], name="wish_once_a_rule"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def source_ref(self) -> str:
        """By what the case names it: the same answer is one case."""
        return f"{self.response.public_id}-{self.rule}"


class Reach(models.TextChoices):
    """How far a policy reached a firm, by its own word; the names of the options in questionnaires."""

    HAD = "had", _("已享受")
    APPLIED = "applied", _("申请中")
    FITS = "fits", _("符合未申请")
    UNFIT = "unfit", _("不符合")
    UNKNOWN = "unknown", _("不知道")


class PolicyReach(models.Model):
    """What one firm said of one policy in one wave; of an anonymous survey without the firm.

    Rows of an anonymous survey have keys by chance: which of them came together, their order must not tell.
    """

    id = models.BigAutoField(primary_key=True)
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="policy_reach")
    response = models.ForeignKey(Response, models.CASCADE, null=True, related_name="policy_reach")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, related_name="policy_reach")
    prefecture = models.CharField(_("县市区"), max_length=6, blank=True)
    policy = models.CharField(_("政策"), max_length=60)
    standing = models.CharField(_("情况"), max_length=7, choices=Reach)
    # Codes of the options chosen as reasons, with blanks between; "" when none were asked or given.
    reasons = models.CharField(_("原因"), max_length=200, blank=True)
    as_of = models.DateField(_("日期"))

    class Meta:
        verbose_name = _("政策享受情况")
        ordering = ["policy", "pk"]
        indexes = [models.Index(fields=["policy", "prefecture", "standing"], name="policy_reach_by_county")]
        constraints = [
            models.UniqueConstraint(
                fields=["response", "policy"], condition=Q(response__isnull=False), name="policy_reach_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.standing}"
