"""Forms of prepared lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from huiqi.accounts.models import Unit
from huiqi.accounts.scope import Scope
from huiqi.core.fields import AheadSelect, DateField, with_blank
from huiqi.enterprises.queries.statements import catalogue
from huiqi.reach.commands.preparing import Wish
from huiqi.reach.models import Verdict
from huiqi.reach.queries.preparations import policies_of_others, receivers
from huiqi.reference.fields import IndustryField, RegionField
from huiqi.reference.queries import code_tables


class PrepareForm(forms.Form):
    """What a list is made of."""

    policy = forms.ChoiceField(label=gettext_lazy("政策"), widget=AheadSelect())
    authority = forms.ModelChoiceField(
        label=gettext_lazy("移送给"),
        queryset=Unit.objects.none(),
        empty_label=gettext_lazy("请选择"),
        help_text=gettext_lazy("决定给不给的是认定机关，本单位只准备名单、告知企业、跟进结果。"),
    )
    region = RegionField(label=gettext_lazy("区域"))
    industry = IndustryField(label=gettext_lazy("行业"))
    size = forms.MultipleChoiceField(
        label=gettext_lazy("规模"), required=False, widget=forms.CheckboxSelectMultiple
    )
    with_unknown = forms.BooleanField(
        label=gettext_lazy("情况不全、待认定的企业一并移送，请认定机关核"), required=False
    )
    keeps_amount = forms.BooleanField(
        label=gettext_lazy("回执记到账金额"),
        required=False,
        help_text=gettext_lazy("税务、社保等部门的政策不能选：它们的数据不属于本系统保存的范围。"),
    )

    def __init__(self, *args: Any, on: Any, scope: Scope, **kwargs: Any) -> None:
        """`on`: the day the list is judged for; `scope`: where the preparer's office works."""
        super().__init__(*args, **kwargs)
        tables = code_tables()
        offered = [(one.id, one.title) for one in policies_of_others(on)]
        self.fields["policy"].choices = with_blank(offered, gettext_lazy("请选择"))  # type: ignore[attr-defined]
        self.fields["authority"].queryset = receivers()  # type: ignore[attr-defined]
        self.fields["region"].offer(tables, lambda code: scope.admits(code, None))  # type: ignore[attr-defined]
        self.fields["industry"].offer(tables)  # type: ignore[attr-defined]
        self.fields["size"].choices = list(catalogue().facts["size_class"].values.items())  # type: ignore[attr-defined]

    def wish(self) -> Wish:
        """For a valid form."""
        chosen = self.cleaned_data
        return Wish(
            policy=chosen["policy"],
            authority=chosen["authority"],
            region=chosen["region"],
            industry=chosen["industry"],
            sizes=tuple(chosen["size"]),
            keeps_amount=chosen["keeps_amount"],
            with_unknown=chosen["with_unknown"],
        )


class ReviewForm(forms.Form):
    """The second person's word."""

    remark = forms.CharField(
        label=gettext_lazy("复核意见"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("退回时必填。"),
    )


class HandForm(forms.Form):
    """The letter a list goes with."""

    document = forms.CharField(
        label=gettext_lazy("移送文号"),
        max_length=80,
        help_text=gettext_lazy("由本单位公文系统编定，如 湘工信函〔2020〕12号。"),
        error_messages={"required": gettext_lazy("请填写移送文号。")},
    )
    purpose = forms.CharField(
        label=gettext_lazy("用途"),
        max_length=200,
        help_text=gettext_lazy("对方用它办什么，企业能看到。如：核定稳岗返还对象"),
        error_messages={"required": gettext_lazy("请写明用途。")},
    )
    expires_on = DateField(
        label=gettext_lazy("使用期限"),
        help_text=gettext_lazy("过期后不能再导出。如 2020-6-30"),
        error_messages={"required": gettext_lazy("请填写使用期限。")},
    )


class LinesForm(forms.Form):
    """Filters of the firms of a list."""

    q = forms.CharField(label=gettext_lazy("企业名称或代码"), max_length=60, required=False)
    status = forms.ChoiceField(
        label=gettext_lazy("判断"), required=False, choices=with_blank(Verdict.choices, gettext_lazy("全部"))
    )
    assurance = forms.ChoiceField(
        label=gettext_lazy("依据"),
        required=False,
        choices=with_blank(
            [
                ("listed", gettext_lazy("以名单为准")),
                ("confirmed", gettext_lazy("已核实的情况")),
                ("claimed", gettext_lazy("企业自报")),
            ],
            gettext_lazy("全部"),
        ),
    )
