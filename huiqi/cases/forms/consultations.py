"""Forms of the consultation desk."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.models import Unit
from huiqi.cases.commands.consultations import Letter
from huiqi.cases.forms.acts import UnitField
from huiqi.cases.models.case import TEXT_LENGTH
from huiqi.core.fields import AheadInput, CountField, DateField
from huiqi.files.fields import UploadField
from huiqi.files.uploads import UploadKind

SCANS = (UploadKind.PDF, UploadKind.JPEG, UploadKind.PNG)
MOST_DAYS = 60


def _units() -> AheadInput:
    return AheadInput(source=reverse_lazy("cases:unit_names"))  # type: ignore[arg-type]


class LetterForm(forms.Form):
    """The letter. A name that is a unit's here is that unit; any other is kept as a name."""

    to_name = forms.CharField(
        label=gettext_lazy("致送单位"),
        max_length=80,
        help_text=gettext_lazy("写全称。系统里没有的单位也可以写，答复由我们代录。"),
    )
    subject = forms.CharField(label=gettext_lazy("标题"), max_length=120)
    body = forms.CharField(
        label=gettext_lazy("正文"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=gettext_lazy("不写诉求人的姓名、电话、证件号码。文号和落款日期由OA定。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_name"].widget = _units()

    def letter(self) -> Letter:
        """What was written."""
        given = self.cleaned_data
        unit = Unit.objects.filter(is_active=True, name=given["to_name"]).order_by("pk").first()
        return Letter(given["subject"], given["body"], given["to_name"], unit)


class RoundForm(forms.Form):
    """Who countersigns."""

    sign_1 = UnitField(label=gettext_lazy("会签单位一"), required=False)
    sign_2 = UnitField(label=gettext_lazy("会签单位二"), required=False)
    sign_3 = UnitField(label=gettext_lazy("会签单位三"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields:
            self.fields[name].widget = _units()

    def units(self) -> list[Unit]:
        """The units chosen."""
        return [unit for unit in self.cleaned_data.values() if unit is not None]


class DecisionForm(forms.Form):
    """Agree or send back."""

    decision = forms.ChoiceField(
        label=gettext_lazy("意见"),
        choices=[("agree", gettext_lazy("同意")), ("refuse", gettext_lazy("退回修改"))],
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(label=gettext_lazy("说明"), max_length=300, required=False)


class SentForm(forms.Form):
    """What the OA gave: number, date; and how long one asks to wait."""

    document = forms.CharField(label=gettext_lazy("文号（OA编的）"), max_length=80)
    sent_on = DateField(label=gettext_lazy("发文日期"))
    days = CountField(label=gettext_lazy("商请几个工作日内答复"), unit="个工作日", low=1, high=MOST_DAYS)
    scan = UploadField(label=gettext_lazy("盖章扫描件"), kinds=SCANS, required=False)


class ReplyForm(forms.Form):
    """What the unit asked said."""

    reply = forms.CharField(
        label=gettext_lazy("答复内容"), max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 6})
    )
    replied_on = DateField(label=gettext_lazy("复函日期"))
    scan = UploadField(label=gettext_lazy("复函扫描件"), kinds=SCANS, required=False)

    def __init__(self, *args: Any, is_own: bool, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_own, self.today = is_own, today
        self.fields["scan"].required = not is_own

    def clean_replied_on(self) -> date:
        """No later than today."""
        found: date = self.cleaned_data["replied_on"]
        if found > self.today:
            raise ValidationError(_("复函日期不能晚于今天。"))
        return found


class RaiseForm(forms.Form):
    """By what mandate the leading group is asked."""

    mandate = forms.CharField(
        label=gettext_lazy("提请依据"),
        max_length=120,
        help_text=gettext_lazy("领导小组议事规则的条款、会议纪要或领导批示。"),
    )


class WithdrawForm(forms.Form):
    """Why it is taken back."""

    reason = forms.CharField(label=gettext_lazy("撤回原因"), max_length=300)
