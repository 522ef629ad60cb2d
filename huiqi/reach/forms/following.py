"""Forms of what comes after the hand-over: status files, filters of ways, calls."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.core.fields import CountField, MoneyField, with_blank
from huiqi.files.fields import UploadField
from huiqi.files.uploads import UploadKind
from huiqi.reach.commands.calling import Help, Talk
from huiqi.reach.commands.statuses import Cover
from huiqi.reach.models import CallOutcome, CallWord, Journey
from huiqi.reach.queries.journeys import Asked
from huiqi.reach.queries.preparations import title_of
from huiqi.reach.steps import TO_CALL, Reason, Step
from huiqi.reference.fields import RegionField
from huiqi.reference.queries import code_tables


class StatusForm(forms.Form):
    """An authority's status file with the control figures of its letter."""

    document = forms.CharField(
        label=gettext_lazy("回执文号"),
        max_length=80,
        error_messages={"required": gettext_lazy("请填写回执文号。")},
    )
    rows = CountField(
        "行",
        low=1,
        label=gettext_lazy("来函写明的行数"),
        help_text=gettext_lazy("与文件核对，不一致时整份不收。"),
    )
    total = MoneyField(
        label=gettext_lazy("来函写明的到账合计"),
        required=False,
        help_text=gettext_lazy("与文件核对到分，不一致时整份不收。"),
    )
    file = UploadField(
        kinds=(UploadKind.XLSX, UploadKind.CSV),
        label=gettext_lazy("回执表"),
        error_messages={"required": gettext_lazy("请选择回执表。")},
    )

    def __init__(self, *args: Any, keeps_amount: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if keeps_amount:
            self.fields["total"].required = True
        else:
            del self.fields["total"]

    def cover(self) -> Cover:
        """For a valid form."""
        chosen = self.cleaned_data
        return Cover(chosen["document"], chosen["rows"], chosen.get("total"))


class WaysForm(forms.Form):
    """Filters of the list of ways."""

    q = forms.CharField(label=gettext_lazy("企业名称或代码"), max_length=60, required=False)
    policy = forms.ChoiceField(label=gettext_lazy("政策"), required=False)
    step = forms.ChoiceField(
        label=gettext_lazy("进度"), required=False, choices=with_blank(Step.choices, gettext_lazy("全部"))
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("未到位原因"),
        required=False,
        choices=with_blank(Reason.choices, gettext_lazy("全部")),
    )
    region = RegionField(label=gettext_lazy("区域"))

    def __init__(self, *args: Any, policies: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["policy"].choices = with_blank(policies, _("全部"))  # type: ignore[attr-defined]
        self.fields["region"].offer(code_tables())  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        """What was chosen; fields that do not fit filter nothing."""
        chosen = self.cleaned_data if self.is_valid() or hasattr(self, "cleaned_data") else {}
        names = ("q", "policy", "step", "reason", "region")
        return Asked(**{name: str(chosen.get(name) or "").strip() for name in names})


class ExportForm(forms.Form):
    """What a list of ways is taken along for."""

    purpose = forms.CharField(
        label=gettext_lazy("导出用途"),
        min_length=4,
        max_length=120,
        error_messages={
            "required": gettext_lazy("请写明用途。"),
            "min_length": gettext_lazy("用途太短，请写明做什么用、给谁用。"),
        },
    )


class CallFilterForm(forms.Form):
    """Which calls to show."""

    reason = forms.ChoiceField(
        label=gettext_lazy("为什么联系"),
        required=False,
        choices=with_blank([(one.value, one.label) for one in TO_CALL], gettext_lazy("全部")),
    )


class CallForm(forms.Form):
    """What came of a call: the outcome, a word a policy, help wanted."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("接通情况"),
        choices=CallOutcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择接通情况。")},
    )
    wants_help = forms.BooleanField(
        label=gettext_lazy("企业需要帮办，登记为诉求"),
        required=False,
        help_text=gettext_lazy("企业在电话里口头同意后再勾选。"),
    )
    name = forms.CharField(label=gettext_lazy("联系人"), max_length=60, required=False)
    phone = forms.CharField(
        label=gettext_lazy("联系电话"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=gettext_lazy("只写进诉求，用于办理时联系。"),
    )
    text = forms.CharField(
        label=gettext_lazy("要帮什么"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, journeys: Sequence[Journey], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.journeys = journeys
        choices = with_blank(CallWord.choices, _("没有谈到"))
        for journey in journeys:
            self.fields[f"word_{journey.public_id}"] = forms.ChoiceField(
                label=title_of(journey.policy), required=False, choices=choices
            )

    @property
    def words(self) -> list[Any]:
        """The bound fields, one a policy."""
        return [self[f"word_{journey.public_id}"] for journey in self.journeys]

    def clean(self) -> dict[str, Any]:
        """Help needs somebody to ring back."""
        cleaned = super().clean() or {}
        if cleaned.get("wants_help"):
            for name, said in (("name", _("请填写联系人。")), ("phone", _("请填写联系电话。"))):
                if not cleaned.get(name):
                    self.add_error(name, said)
        return cleaned

    def talk(self) -> Talk:
        """For a valid form."""
        chosen = self.cleaned_data
        words = {one.public_id: chosen[f"word_{one.public_id}"] for one in self.journeys}
        wanted = Help(chosen["name"], chosen["phone"], chosen["text"]) if chosen["wants_help"] else None
        return Talk(chosen["outcome"], {key: word for key, word in words.items() if word}, wanted)
