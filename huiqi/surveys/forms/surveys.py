"""The form of a survey: what it is called, what for, anonymous or not, from when until when."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from huiqi.core.fields import DateField
from huiqi.questionnaires.models import Questionnaire, QuestionnaireQuerySet
from huiqi.surveys.commands.surveys import SurveyWords


class SurveyForm(forms.Form):
    """Cleans to `words()`; with `offered` also asks which questionnaire."""

    questionnaire = forms.ModelChoiceField(
        label=gettext_lazy("问卷"),
        queryset=Questionnaire.objects.none(),
        empty_label=gettext_lazy("请选择"),
        to_field_name="public_id",
        help_text=gettext_lazy("只列出已经发布的问卷。"),
    )
    title = forms.CharField(label=gettext_lazy("调查名称"), max_length=80)
    purpose = forms.CharField(
        label=gettext_lazy("用途"),
        max_length=300,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("结果做什么用，填报的企业能看到。"),
    )
    is_anonymous = forms.BooleanField(
        label=gettext_lazy("匿名填报：不留电话，不认企业，提交后谁也查不到是谁填的"), required=False
    )
    opens_on = DateField(label=gettext_lazy("开始日期"))
    closes_on = DateField(label=gettext_lazy("截止日期"), help_text=gettext_lazy("当天还可以填。"))

    def __init__(self, *args: Any, offered: QuestionnaireQuerySet | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if offered is None:
            del self.fields["questionnaire"]
        else:
            self.fields["questionnaire"].queryset = offered  # type: ignore[attr-defined]

    def words(self) -> SurveyWords:
        """What the commands take; for a valid form."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "questionnaire"}
        return SurveyWords(**given)
