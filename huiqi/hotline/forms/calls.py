"""Forms of the agent's screen: few boxes, typed while somebody speaks."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.cases.items.definition import ItemDefinition
from huiqi.cases.models import CallBack
from huiqi.cases.workflow import Word
from huiqi.core.fields import AheadSelect, DateField, with_blank
from huiqi.core.ids import new_public_id
from huiqi.core.personal import plain_phone
from huiqi.hotline.models import NOTE_LENGTH, Proof
from huiqi.reference.fields import CreditCodeField
from huiqi.reference.queries import counties

_TEXT = 2000


class PhoneForm(forms.Form):
    """The number that calls."""

    use_required_attribute = False
    phone = forms.CharField(
        label=gettext_lazy("来电号码"),
        max_length=30,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "tel"}),
        error_messages={"required": gettext_lazy("请输入来电号码。")},
    )

    def clean_phone(self) -> str:
        """Digits; anything a telephone can show."""
        digits = plain_phone(self.cleaned_data["phone"])
        if not 5 <= len(digits) <= 15:
            raise forms.ValidationError(_("号码应为5到15位数字，如 13800001234。"))
        return digits


class ProofForm(forms.Form):
    """How the agent knows the number is the caller's."""

    proof = forms.ChoiceField(
        choices=[(Proof.SEEN, Proof.SEEN.label), (Proof.DIALLED, Proof.DIALLED.label)],
        label=gettext_lazy("核实"),
    )


class RegisterForm(forms.Form):
    """A new case in the caller's words. Consent is spoken; the number is the call's."""

    use_required_attribute = False
    text = forms.CharField(
        label=gettext_lazy("来电人说的情况"),
        max_length=_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("写完自动建议主题"),
    )
    matter = forms.ChoiceField(label=gettext_lazy("事项和主题"), required=False)
    name = forms.CharField(label=gettext_lazy("怎么称呼"), max_length=60)
    firm_name = forms.CharField(label=gettext_lazy("单位名称"), max_length=120, required=False)
    credit_code = CreditCodeField(label=gettext_lazy("统一社会信用代码"), required=False)
    no_code = forms.BooleanField(label=gettext_lazy("没有统一社会信用代码"), required=False)
    county = forms.ChoiceField(label=gettext_lazy("在哪个县市区"), required=False)
    consent = forms.BooleanField(
        label=gettext_lazy("已口头征得来电人同意代为登记"),
        error_messages={"required": gettext_lazy("请先征得来电人口头同意，再登记。")},
        initial=True,
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=16)
    suggested = forms.CharField(widget=forms.HiddenInput, required=False, max_length=90)

    def __init__(self, *args: Any, definitions: list[ItemDefinition], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"] = {"key": new_public_id(), **kwargs["initial"]}
        super().__init__(*args, **kwargs)
        matters: Any = self.fields["matter"]
        matters.choices = with_blank(matter_choices(definitions), _("由系统建议，或在此选择"))
        field: Any = self.fields["county"]
        rows = list(counties().order_by("code"))
        hint = {"data-hq-placeholder": _("如 浏阳，或拼音首字母 lys")}
        field.widget = AheadSelect({row.code: row.initials for row in rows}, hint)
        field.choices = with_blank([(row.code, row.full_name) for row in rows], _("请选择县市区"))

    def clean(self) -> dict[str, Any]:
        """A code, or that there is none."""
        cleaned = super().clean() or {}
        if cleaned.get("credit_code") and cleaned.get("no_code"):
            self.add_error("no_code", _("填了代码，又勾了“没有统一社会信用代码”。请留一样。"))
        return cleaned


def matter_choices(definitions: list[ItemDefinition]) -> list[tuple[str, str]]:
    """`item:topic` with both names."""
    return [
        (f"{each.id}:{topic.id}", f"{each.title}：{topic.title}")
        for each in definitions
        for topic in each.topics
    ]


class WordsForm(forms.Form):
    """What the caller adds, or why a case is taken back."""

    use_required_attribute = False
    text = forms.CharField(
        label=gettext_lazy("来电人说的话"), max_length=_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )


class WishForm(forms.Form):
    """When to call back, and about what."""

    use_required_attribute = False
    about = forms.CharField(label=gettext_lazy("什么事"), max_length=NOTE_LENGTH)
    on = DateField(label=gettext_lazy("哪天回电"))
    hour = forms.TypedChoiceField(
        label=gettext_lazy("几点"), coerce=int, choices=[(hour, f"{hour}:00") for hour in range(8, 21)]
    )

    def wanted_at(self) -> datetime:
        """The time of a valid form."""
        day, hour = self.cleaned_data["on"], self.cleaned_data["hour"]
        return timezone.make_aware(datetime.combine(day, time(hour)))


_WORDS = (Word.SOLVED, Word.PARTLY, Word.NOT_SOLVED, Word.UNREACHABLE)


class CallBackForm(forms.Form):
    """What was heard."""

    use_required_attribute = False
    word = forms.ChoiceField(
        label=gettext_lazy("诉求人说办得怎样"),
        choices=[(word.value, word.label) for word in _WORDS],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择：已解决、部分解决、未解决或未联系上。")},
    )
    rating = forms.TypedChoiceField(
        label=gettext_lazy("满意度"),
        coerce=int,
        required=False,
        empty_value=None,
        choices=[
            ("", gettext_lazy("没有问到")),
            (5, gettext_lazy("5 非常满意")),
            (4, gettext_lazy("4 满意")),
            (3, gettext_lazy("3 基本满意")),
            (2, gettext_lazy("2 不满意")),
            (1, gettext_lazy("1 非常不满意")),
        ],
    )
    note = forms.CharField(
        label=gettext_lazy("诉求人的原话"),
        max_length=CallBack._meta.get_field("note").max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("未解决的，写明还差什么，会转给办理单位"),
    )

    def clean(self) -> dict[str, Any]:
        """Not solved says what is missing."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("word") == Word.NOT_SOLVED and not given.get("note"):
            self.add_error("note", forms.ValidationError(_("请写明还有什么没有解决，办理单位据此重办。")))
        return given


class HandOverForm(forms.Form):
    """What the next agent should know."""

    use_required_attribute = False
    note = forms.CharField(
        label=gettext_lazy("交接事项"),
        max_length=4 * NOTE_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("没有办完的事、答应了来电人什么。待回访和待回电的件数自动带上"),
    )
