"""Questions and answers that came with a case: what a survey was told, or the questionnaire of its item."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from huiqi.cases.models.case import Case
from huiqi.core.personal import EncryptedTextField
from huiqi.questionnaires.models import QuestionnaireVersion

# As many answers as a survey takes (surveys.models.responses.ANSWERS_LENGTH), in words.
SHEET_LENGTH = 400_000


class SheetKind(models.TextChoices):
    SURVEY = "survey", _("问卷中的回答")
    FORM = "form", _("事项表格")


class CaseSheet(models.Model):
    """A readable snapshot: it says the same however the questionnaire or the response changes later.

    `content` is JSON in the shape of questionnaires.xform.snapshot; `answers` (JSON of texts by path) is kept
    for a form, whose answers belong to the case alone.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="sheets")
    kind = models.CharField(max_length=6, choices=SheetKind)
    version = models.ForeignKey(QuestionnaireVersion, models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=200)
    content = EncryptedTextField(max_length=SHEET_LENGTH, blank=True)
    answers = EncryptedTextField(max_length=SHEET_LENGTH, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("诉求所附问答")
        ordering = ["case", "kind", "pk"]
        constraints = [models.UniqueConstraint(fields=["case", "kind"], name="case_sheet_once_a_kind")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"
