"""Forms around a round: its rules, quotas, the next one; outcomes of single firms and of lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from huiqi.core.fields import DateField
from huiqi.surveys.commands.outcomes import NOTED
from huiqi.surveys.commands.waves import WaveRules
from huiqi.surveys.models import Outcome, Quota


class WaveForm(forms.Form):
    """The days, reminders and targets of a wave."""

    opens_on = DateField(label=gettext_lazy("开始日期"))
    closes_on = DateField(label=gettext_lazy("截止日期"), help_text=gettext_lazy("当天还可以填。"))
    remind_after = forms.IntegerField(
        label=gettext_lazy("几天后自动提醒"),
        min_value=0,
        max_value=60,
        help_text=gettext_lazy("离上一条短信满几天，还没有答的再发一条；填0不自动提醒。"),
    )
    remind_most = forms.IntegerField(label=gettext_lazy("一家最多提醒几次"), min_value=0, max_value=5)
    target_percent = forms.IntegerField(label=gettext_lazy("目标应答率（%）"), min_value=1, max_value=100)
    least_in_cell = forms.IntegerField(
        label=gettext_lazy("每格最少（份）"),
        min_value=1,
        max_value=10_000,
        help_text=gettext_lazy("应答率和份数都不够的格，在进度表里标为薄弱。"),
    )

    def rules(self) -> WaveRules:
        """What the commands take; for a valid form."""
        return WaveRules(**self.cleaned_data)


class NextWaveForm(forms.Form):
    """The days of the next wave."""

    opens_on = DateField(label=gettext_lazy("开始日期"))
    closes_on = DateField(label=gettext_lazy("截止日期"), help_text=gettext_lazy("当天还可以填。"))


class QuotaForm(forms.Form):
    """One quota; empty parts stand for all."""

    county = forms.ChoiceField(label=gettext_lazy("区县"), required=False)
    section = forms.ChoiceField(label=gettext_lazy("行业门类"), required=False)
    size_class = forms.ChoiceField(label=gettext_lazy("规模"), required=False)
    most = forms.IntegerField(label=gettext_lazy("收满多少份就够"), min_value=1, max_value=1_000_000)

    def __init__(self, *args: Any, choices: dict[str, list[tuple[str, str]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    def quota(self) -> Quota:
        """Unsaved; for a valid form."""
        return Quota(**self.cleaned_data)


class OutcomeForm(forms.Form):
    """What an officer learned of a firm."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("结果"),
        choices=[
            (Outcome.REFUSED.value, gettext_lazy("拒答：明确说不填")),
            (Outcome.UNREACHABLE.value, gettext_lazy("联系不上：号码停机、空号或多次无人接")),
            (Outcome.CLOSED.value, gettext_lazy("已注销或停业")),
            (Outcome.PENDING.value, gettext_lazy("还可以再问（改回未打开）")),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=gettext_lazy("备注"), required=False, max_length=200)

    def clean_outcome(self) -> Outcome:
        """One that an officer may note."""
        chosen = Outcome(self.cleaned_data["outcome"])
        if chosen not in NOTED:
            raise ValueError(chosen)
        return chosen


class ReasonForm(forms.Form):
    """Why codes are handed out on a list."""

    use_required_attribute = False
    reason = forms.CharField(
        label=gettext_lazy("用途"),
        max_length=100,
        help_text=gettext_lazy("如：交各区县打电话、发纸质通知单。会记入审计。"),
    )


class OutcomeFileForm(forms.Form):
    """A table of outcomes."""

    use_required_attribute = False
    file = forms.FileField(label=gettext_lazy("结果表（.xlsx 或 .csv）"))
