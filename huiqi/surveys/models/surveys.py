"""A survey: a questionnaire put to firms for a time, by an office, for a purpose it names."""

import secrets
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, units_with
from huiqi.core.ids import ALPHABET, PublicIdField
from huiqi.core.models import Versioned
from huiqi.questionnaires.models import Questionnaire

SLUG_LENGTH = 6  # a billion: short enough for a text message, too many to be found by trying


def new_slug() -> str:
    """The end of a short link."""
    return "".join(secrets.choice(ALPHABET) for _position in range(SLUG_LENGTH))


class SurveyState(models.TextChoices):
    DRAFT = "draft", _("准备中")
    OPEN = "open", _("填报中")
    CLOSED = "closed", _("已截止")


class Audience(models.TextChoices):
    OPEN_LINK = "open_link", _("公开链接")
    # Only firms that were drawn answer, each by its own code.
    INVITED = "invited", _("按名单邀请")


class SurveyQuerySet(models.QuerySet["Survey"]):
    def visible_to(self, user: Any, today: date) -> Self:
        """Surveys of one's own units; results of others' are theirs to show."""
        if not user.is_authenticated or not may(user, Power.EDIT_QUESTIONNAIRES, today):
            return self.none()
        return self.filter(owner__in=units_with(user, Power.EDIT_QUESTIONNAIRES, today))

    def answerable(self, today: date) -> Self:
        """Those that take answers on the day, the last day included."""
        return self.filter(state=SurveyState.OPEN, opens_on__lte=today, closes_on__gte=today)


class Survey(Versioned):
    """A questionnaire put to an audience, in one wave or several; its days span those of the waves.

    `is_anonymous` keeps neither phone nor firm.
    """

    public_id = PublicIdField()
    slug = models.CharField(max_length=SLUG_LENGTH, unique=True, default=new_slug, editable=False)
    questionnaire = models.ForeignKey(
        Questionnaire, models.PROTECT, related_name="surveys", verbose_name=_("问卷")
    )
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="surveys", verbose_name=_("调查单位"))
    title = models.CharField(_("名称"), max_length=80)
    purpose = models.CharField(_("用途"), max_length=300)
    audience = models.CharField(_("填报方式"), max_length=9, choices=Audience, default=Audience.OPEN_LINK)
    is_anonymous = models.BooleanField(_("匿名"), default=False)
    opens_on = models.DateField(_("开始日期"))
    closes_on = models.DateField(_("截止日期"))
    state = models.CharField(_("状态"), max_length=8, choices=SurveyState, default=SurveyState.DRAFT)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("建立时间"))
    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("调查")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="survey_days", condition=Q(closes_on__gte=F("opens_on"))),
        ]

    def __str__(self) -> str:
        return self.title

    def takes_answers(self, today: date) -> bool:
        """Whether it can be answered on the day."""
        return self.state == SurveyState.OPEN and self.opens_on <= today <= self.closes_on
