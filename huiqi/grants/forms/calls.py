"""Forms of calls."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.core.fields import AheadSelect, CountField, DateField, MoneyField, UnitInput
from huiqi.enterprises.models import Enterprise
from huiqi.grants.models import Call, CallKind, StandardKind
from huiqi.grants.queries.judging import own_policies
from huiqi.reference.queries import counties

MOST_CRITERIA = 10


class CallForm(forms.Form):
    """A call as its document says."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=gettext_lazy("名称"), max_length=120)
    policy = forms.ChoiceField(
        label=gettext_lazy("政策"),
        widget=AheadSelect(),
        help_text=gettext_lazy("只列出由本机关认定、给资金的政策。"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("方式"), choices=CallKind.choices)
    document = forms.CharField(
        label=gettext_lazy("申报通知文号"),
        max_length=80,
        help_text=gettext_lazy("照发文填写，本系统不编号。"),
    )
    payer = forms.CharField(
        label=gettext_lazy("资金来源和会签的财政部门"), max_length=80, help_text=gettext_lazy("如：省财政厅")
    )
    opens_on = DateField(label=gettext_lazy("开始日期"))
    closes_on = DateField(label=gettext_lazy("截止日期"))
    budget = MoneyField(label=gettext_lazy("预算总额"), low=1)
    quota = CountField("户", label=gettext_lazy("最多支持户数"), required=False, low=1)
    standard_kind = forms.ChoiceField(label=gettext_lazy("支持标准"), choices=StandardKind.choices)
    fixed_fen = MoneyField(label=gettext_lazy("每户金额（定额时填）"), required=False, low=1)
    share = forms.DecimalField(
        label=gettext_lazy("比例（按费用比例时填）"),
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=2,
        widget=UnitInput("%", decimal=True),
    )
    base_words = forms.CharField(
        label=gettext_lazy("按什么费用算（按费用比例时填）"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("如：已付的上云服务合同费用"),
    )
    cap_fen = MoneyField(label=gettext_lazy("每户最多"), required=False, low=1)
    papers = forms.CharField(
        label=gettext_lazy("申报材料"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("每行一种。已在一企一档里的不要再要。"),
    )
    experts = CountField("位", label=gettext_lazy("评审专家"), low=0, high=15, initial=0)
    criteria = forms.CharField(
        label=gettext_lazy("评分项"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("每行一项，写名称和满分，如：创新性 30"),
    )
    notice_days = CountField("个工作日", label=gettext_lazy("公示"), low=1, high=60, initial=5)
    target_days = CountField(
        "个工作日",
        label=gettext_lazy("兑现目标"),
        low=1,
        high=365,
        initial=60,
        help_text=gettext_lazy("从企业提交到资金到账；快申快享一般不超过60个工作日。"),
    )
    treasuries = forms.CharField(
        label=gettext_lazy("拨付国库"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("每行写“县市区：国库”，其余县市区用“其他：国库”。"),
    )

    def __init__(self, data: Any = None, *, call: Call | None = None, **more: Any) -> None:
        initial = _initial(call) if call else {}
        super().__init__(data, initial=initial, **more)
        choices = [("", _("请选择政策")), *own_policies().items()]
        policy: Any = self.fields["policy"]
        policy.choices = choices

    def clean_criteria(self) -> list[dict[str, Any]]:
        """Title and points of each line."""
        found = []
        for line in filter(None, map(str.strip, self.cleaned_data["criteria"].splitlines())):
            title, _space, most = line.rpartition(" ")
            if not title.strip() or not most.isdigit() or not 1 <= int(most) <= 100:
                raise forms.ValidationError(_("“%s”应写成名称、空格、满分，满分在1到100之间。") % line[:30])
            found.append({"title": title.strip()[:60], "most": int(most)})
        if len(found) > MOST_CRITERIA or len({one["title"] for one in found}) < len(found):
            raise forms.ValidationError(_("评分项最多10项，名称不能重复。"))
        return found

    def clean_treasuries(self) -> list[tuple[str, str]]:
        """(county code or "", treasury) of each line."""
        codes = {row.name: row.code for row in counties()}
        found: dict[str, str] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["treasuries"].splitlines())):
            county, _colon, title = line.replace(":", "：").partition("：")
            code = "" if county.strip() == "其他" else codes.get(county.strip())
            if code is None or not title.strip() or code in found:
                raise forms.ValidationError(_("“%s”这一行的县市区不认识、重复，或没有写国库。") % line[:30])
            found[code] = title.strip()[:80]
        return list(found.items())

    def clean(self) -> dict[str, Any]:
        """What belongs together."""
        given = super().clean() or {}
        first, last = given.get("opens_on"), given.get("closes_on")
        if first and last and first > last:
            self.add_error("closes_on", _("截止日期不能早于开始日期。"))
        share = given.pop("share", None)
        given["share_bp"] = int(share * 100) if share else None
        needed = {"fixed": "fixed_fen", "share": "share_bp"}.get(given.get("standard_kind", ""))
        if needed and not given.get(needed):
            self.add_error("share" if needed == "share_bp" else needed, _("这种支持标准要填这一项。"))
        if given.get("standard_kind") == "share" and not given.get("base_words"):
            self.add_error("base_words", _("请写明按什么费用算。"))
        if given.get("experts") and not given.get("criteria"):
            self.add_error("criteria", _("有专家评审就要有评分项。"))
        return given


def _initial(call: Call) -> dict[str, Any]:
    names = {row.code: row.name for row in counties()}
    lines = [f"{names.get(row.county, '其他')}：{row.title}" for row in call.treasuries.all()]
    same = (
        "version title policy kind document payer opens_on closes_on budget quota standard_kind fixed_fen"
        " base_words cap_fen papers experts notice_days target_days"
    ).split()
    return {name: getattr(call, name) for name in same} | {
        "share": f"{call.share_bp / 100:g}" if call.share_bp else None,
        "criteria": "\n".join(f"{one['title']} {one['most']}" for one in call.criteria),
        "treasuries": "\n".join(lines),
    }


class PrepareForm(forms.Form):
    """A firm for 免申即享, by its code."""

    credit_code = forms.CharField(label=gettext_lazy("企业的统一社会信用代码"), max_length=30)

    def clean_credit_code(self) -> Enterprise:
        """The firm of the register."""
        code = self.cleaned_data["credit_code"].strip().upper()
        firm = Enterprise.objects.present().filter(credit_code=code).first()
        if firm is None:
            raise forms.ValidationError(_("企业库里没有这个代码。"))
        return firm


class RoundForm(forms.Form):
    """All checked applications of the call, under a name."""

    title = forms.CharField(
        label=gettext_lazy("批次名称"), max_length=120, help_text=gettext_lazy("如：2020年第一批")
    )
