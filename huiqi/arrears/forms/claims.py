"""Forms of a claim: what it says, what came in, the debtor's word, the end."""

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.accounts.models import Unit
from huiqi.arrears.models import PARTIES, Claim, ClosedAs, DebtorAnswer, Known, PaymentPart, RatePer
from huiqi.core.fields import AheadInput, AheadSelect, CreditCodeInput, DateField, MoneyField, UnitInput
from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.models.firm import EnterpriseQuerySet
from huiqi.enterprises.queries.register import firm_label, firms_meant
from huiqi.files.fields import UploadField
from huiqi.reference import credit_codes

MOST_RATE = Fraction(10)
MOST_NAMED = 5


class ClaimForm(forms.Form):
    """What a claim says, as the office corrects it with the requester."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    was_sme = forms.ChoiceField(
        label=gettext_lazy("签订合同时，债权人是不是中小企业"),
        choices=Known.choices,
        help_text=gettext_lazy("按签合同时的规模看。没有核实的选没有核实，不要猜。"),
    )
    debtor = forms.CharField(
        label=gettext_lazy("从企业档案中找欠款单位"),
        required=False,
        max_length=160,
        help_text=gettext_lazy(
            "填名称、拼音首字母或信用代码。找到后全称和代码按档案填写；档案里没有的，直接填下面两项。"
        ),
    )
    debtor_name = forms.CharField(label=gettext_lazy("欠款单位全称"), required=False, max_length=120)
    debtor_code = forms.CharField(
        label=gettext_lazy("欠款单位的统一社会信用代码"),
        required=False,
        max_length=30,
        widget=CreditCodeInput(),
    )
    party = forms.ChoiceField(label=gettext_lazy("欠款单位类型"), choices=PARTIES)
    debtor_region = forms.CharField(label=gettext_lazy("欠款单位所在地"), required=False, max_length=60)
    debtor_unit = forms.ModelChoiceField(
        label=gettext_lazy("欠款单位在本系统的账号"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=gettext_lazy("没有"),
        widget=AheadSelect(),
        to_field_name="public_id",
        help_text=gettext_lazy("选了以后，这个单位能看到这笔欠款（按事项规定隐去债权人）并答复。"),
    )
    contract_title = forms.CharField(label=gettext_lazy("合同或项目名称"), required=False, max_length=120)
    contract_number = forms.CharField(label=gettext_lazy("合同编号"), required=False, max_length=60)
    signed_on = DateField(
        label=gettext_lazy("签订日期"), required=False, help_text=gettext_lazy("适用哪一部规定，看这一天")
    )
    delivered_on = DateField(label=gettext_lazy("交货、完工或验收日期"), required=False)
    agreed_on = DateField(
        label=gettext_lazy("约定的付款日期"), required=False, help_text=gettext_lazy("合同没有写的不填")
    )
    agreed_per = forms.ChoiceField(
        label=gettext_lazy("约定的逾期利率按什么算"), choices=RatePer.choices, required=False
    )
    agreed_rate = forms.CharField(
        label=gettext_lazy("约定的逾期利率"),
        required=False,
        max_length=12,
        widget=UnitInput("%", decimal=True),
        help_text=gettext_lazy("如每日万分之五填0.05，每年百分之六填6"),
    )
    contract_amount = MoneyField(label=gettext_lazy("合同金额"), required=False)
    invoiced = MoneyField(
        label=gettext_lazy("发票金额合计"), required=False, help_text=gettext_lazy("只算这份合同的发票")
    )
    claimed = MoneyField(
        label=gettext_lazy("投诉日未付金额"), help_text=gettext_lazy("到期应付的减去投诉前已付的")
    )
    undisputed = MoneyField(label=gettext_lazy("其中无争议的"), required=False)
    disputed = MoneyField(
        label=gettext_lazy("其中有争议的"),
        required=False,
        help_text=gettext_lazy("和无争议的加起来就是未付金额"),
    )
    invoices = forms.CharField(
        label=gettext_lazy("发票号码"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("每行一个"),
    )

    def __init__(self, data: Any = None, *, claim: Claim, firms: EnterpriseQuerySet, **more: Any) -> None:
        initial: dict[str, Any] = {
            name: getattr(claim, name) for name in self.base_fields if hasattr(claim, name)
        }
        initial["invoices"] = "\n".join(claim.invoices.values_list("number", flat=True))
        initial["agreed_rate"] = as_percent(claim.agreed_rate)
        initial["debtor_unit"] = claim.debtor_unit.public_id if claim.debtor_unit else None
        super().__init__(data, initial=initial, **more)
        self.firms = firms
        self.fields["debtor"].widget = AheadInput(reverse("enterprises:firm_names"), {"maxlength": 160})
        units: Any = self.fields["debtor_unit"]
        units.queryset = Unit.objects.filter(is_active=True).order_by("name", "pk")

    def clean_debtor_code(self) -> str:
        """A whole code or none."""
        code = credit_codes.normalise(self.cleaned_data["debtor_code"])
        fault = credit_codes.find_problem(code) if code else None
        if fault is not None:
            raise forms.ValidationError(str(fault.said))
        return code

    def clean_debtor(self) -> Enterprise | None:
        """The one firm of the register that is meant."""
        typed = self.cleaned_data["debtor"].strip()
        if not typed:
            return None
        found = firms_meant(self.firms, typed, MOST_NAMED)
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(
                _("您能看到的企业档案里没有“%(typed)s”。请核对，或清空这一项，直接填下面的全称和代码。")
                % {"typed": typed}
            )
        labels = "；".join(firm_label(firm) for firm in found)
        raise forms.ValidationError(
            _("档案里不止一家，请填其中一家的信用代码或全称：%(firms)s") % {"firms": labels}
        )

    def clean_agreed_rate(self) -> str:
        """Per cent as typed, kept as a ratio in text."""
        typed = self.cleaned_data["agreed_rate"].strip().removesuffix("%")
        if not typed:
            return ""
        try:
            rate = Fraction(Decimal(typed)) / 100
        except (InvalidOperation, ValueError, OverflowError):
            raise forms.ValidationError(_("利率应为数字，如0.05。")) from None
        if not 0 < rate <= MOST_RATE:
            raise forms.ValidationError(_("利率应大于0，请核对单位是百分之几。"))
        return str(rate)

    def clean(self) -> dict[str, Any]:
        """A firm of the register brings its name and code; a rate has its unit of time and the reverse."""
        data = super().clean() or {}
        firm = data.pop("debtor", None)
        if firm is not None:
            data["debtor_name"], data["debtor_code"] = firm.name, firm.credit_code or ""
            self.errors.pop("debtor_code", None)  # what stood there is replaced
        elif not data.get("debtor_name"):
            self.add_error("debtor_name", _("请填欠款单位的全称，或从企业档案中找。"))
        if bool(data.get("agreed_rate")) != bool(data.get("agreed_per")) and "agreed_rate" in data:
            self.add_error("agreed_per", _("利率和按日还是按年要一起填。"))
        return data


def as_percent(ratio: str) -> str:
    """0.05 for the stored 1/2000; "" for none."""
    if not ratio:
        return ""
    value = Fraction(ratio) * 100
    return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"


class PayForm(forms.Form):
    """Money that came in."""

    on = DateField(label=gettext_lazy("到账日期"))
    fen = MoneyField(label=gettext_lazy("金额"), low=1)
    part = forms.ChoiceField(
        label=gettext_lazy("付的是"), choices=PaymentPart.choices, initial=PaymentPart.PRINCIPAL
    )
    proof = UploadField(label=gettext_lazy("银行回单"), required=False)


class TakeBackForm(forms.Form):
    """Why a payment was recorded by mistake."""

    payment = forms.CharField(max_length=16, widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("撤回原因"), max_length=200)


class SettleForm(forms.Form):
    """A signed settlement."""

    signed_on = DateField(label=gettext_lazy("签订日期"))
    fen = MoneyField(label=gettext_lazy("约定支付的金额"))
    paper = UploadField(label=gettext_lazy("签字盖章的协议"))


class AnswerForm(forms.Form):
    """What the debtor says."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=gettext_lazy("欠款单位怎么说"), choices=[row for row in DebtorAnswer.choices if row[0]]
    )
    acknowledged = MoneyField(
        label=gettext_lazy("认账的金额"), required=False, help_text=gettext_lazy("部分认账的填")
    )
    text = forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("有争议的，写明争议在哪里"),
    )


class CloseForm(forms.Form):
    """By what the claim ends."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    how = forms.ChoiceField(label=gettext_lazy("了结方式"), choices=ClosedAs.choices)


class ReopenForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
