"""Forms of the office: reasons, opinions, experts, papers, money, objections, scores."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power, roles_with
from huiqi.core.fields import CountField, DateField, MoneyField
from huiqi.files.fields import UploadField
from huiqi.grants.models import Application, PaperKind


class VersionForm(forms.Form):
    """The version that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(VersionForm):
    """Why it goes back."""

    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReturnForm(ReasonForm):
    """What the firm has to add."""

    reason = forms.CharField(
        label=gettext_lazy("要补正什么"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("企业会看到。一次说全，不要写个人信息。"),
    )


class CheckForm(VersionForm):
    """The base the office accepts."""

    base = MoneyField(
        label=gettext_lazy("审定费用"),
        required=False,
        help_text=gettext_lazy("按核过的合同和票据填，不高于企业申报的；没有费用的批次不填。"),
    )


class ProposeForm(VersionForm):
    """The maker's opinion."""

    grant = forms.ChoiceField(
        label=gettext_lazy("意见"),
        choices=[("yes", gettext_lazy("拟支持，按判定的金额")), ("no", gettext_lazy("拟不予支持"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择意见。")},
    )
    opinion = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("不予支持的理由企业会看到。"),
    )


class ExpertsForm(VersionForm):
    """Whom to ask."""

    experts = forms.ModelMultipleChoiceField(
        label=gettext_lazy("评审专家"),
        queryset=User.objects.none(),
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("专家先声明有没有利益关系，有关系的看不到申报。"),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        people = User.objects.filter(role__in=roles_with(Power.REVIEW_GRANTS), is_active=True)
        experts: Any = self.fields["experts"]
        experts.queryset = people.order_by("name", "pk")


class ClearForm(forms.Form):
    """Why a finding does not stand in the way."""

    reason = forms.CharField(label=gettext_lazy("核实说明"), max_length=300)


class PaperForm(VersionForm):
    """A document of the office's own OA, or of the finance department."""

    number = forms.CharField(
        label=gettext_lazy("文号或编号"), max_length=80, help_text=gettext_lazy("照文件填写，本系统不编号。")
    )
    on = DateField(label=gettext_lazy("文件日期"))
    fen = MoneyField(label=gettext_lazy("文件上的金额"), help_text=gettext_lazy("要和批次合计一致"))
    scan = UploadField(label=gettext_lazy("盖章扫描件"))


class ReturnFileForm(forms.Form):
    """A treasury's file and what it says of it."""

    file = forms.FileField(
        label=gettext_lazy("国库回单"), help_text=gettext_lazy(".xlsx 或 .csv，用导出的清单填好结果。")
    )
    count = CountField("笔", label=gettext_lazy("回单笔数"), low=1, help_text=gettext_lazy("国库告知的笔数"))
    total = MoneyField(label=gettext_lazy("回单合计"), low=1, help_text=gettext_lazy("成功和退票的各行相加"))


class RepayForm(VersionForm):
    """Money that came back."""

    fen = MoneyField(label=gettext_lazy("退回金额"), low=1)
    on = DateField(label=gettext_lazy("缴回国库的日期"))
    reason = forms.CharField(label=gettext_lazy("退回原因"), max_length=300)
    scan = UploadField(label=gettext_lazy("缴款凭证"))


class ObjectionForm(forms.Form):
    """What somebody holds against a firm or the notice."""

    firm = forms.ChoiceField(label=gettext_lazy("对哪家企业有异议"), required=False)
    name = forms.CharField(label=gettext_lazy("您的姓名"), max_length=40)
    phone = forms.CharField(
        label=gettext_lazy("联系电话"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        help_text=gettext_lazy("只用于核实和反馈，不公开。"),
    )
    grounds = forms.CharField(
        label=gettext_lazy("异议理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, *args: Any, members: list[Application], **more: Any) -> None:
        super().__init__(*args, **more)
        firm: Any = self.fields["firm"]
        whole = [("", _("整个公示"))]
        firm.choices = [*whole, *((row.public_id, row.enterprise.name) for row in members)]


class AnswerForm(forms.Form):
    """The office's decision on an objection."""

    upheld = forms.ChoiceField(
        label=gettext_lazy("结论"),
        choices=[("no", gettext_lazy("异议不成立")), ("yes", gettext_lazy("异议成立，这家企业不予支持"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择结论。")},
    )
    answer = forms.CharField(
        label=gettext_lazy("答复"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("异议人凭回执能看到，请不要写个人信息。"),
    )


class DeclareForm(forms.Form):
    """The expert's declaration."""

    conflict = forms.ChoiceField(
        label=gettext_lazy("您和这家企业有利益关系吗"),
        choices=[
            ("no", gettext_lazy("没有：本人和近亲属不在这家企业任职、持股，也没有影响公正的其他关系")),
            ("yes", gettext_lazy("有，我回避")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请先声明。")},
    )
    words = forms.CharField(label=gettext_lazy("是什么关系（回避时填）"), max_length=200, required=False)


class ScoreForm(forms.Form):
    """Points for each criterion of the call."""

    def __init__(self, data: Any = None, *, criteria: list[dict[str, Any]], **more: Any) -> None:
        super().__init__(data, **more)
        self.criteria = criteria
        for number, one in enumerate(criteria):
            self.fields[f"c{number}"] = CountField(
                "分", label=_("%(title)s（满分%(most)s）") % one, high=one["most"]
            )
        self.fields["comment"] = forms.CharField(
            label=_("评审意见"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
        )

    def points(self) -> dict[str, int]:
        """By title."""
        return {one["title"]: self.cleaned_data[f"c{number}"] for number, one in enumerate(self.criteria)}


PAPER_OF = {"meet": PaperKind.MEETING, "countersign": PaperKind.COUNTERSIGN, "fund": PaperKind.FUNDING}
