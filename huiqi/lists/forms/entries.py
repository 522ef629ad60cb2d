"""Forms of proposing firms and of the chain."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiqi.core.fields import DateField
from huiqi.files.fields import UploadField
from huiqi.files.uploads import UploadKind
from huiqi.lists.chain import Act

TABLES = (UploadKind.XLSX, UploadKind.CSV)
ACTS = {
    Act.RECOMMEND: _("推荐上报"),
    Act.ACCEPT: _("同意列入"),
    Act.RETURN: _("退回补正"),
    Act.REJECT: _("不列入"),
    Act.RECONSIDER: _("重新审核"),
}


class ReasonedForm(forms.Form):
    """A form with a `reason` that is optional until a notice runs, which whoever joins it restarts."""

    def __init__(self, *args: Any, is_noticing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = is_noticing
        self.fields["reason"].error_messages["required"] = _("正在公示，请写明补入的理由。")


class CodesForm(ReasonedForm):
    """Pasted credit codes."""

    codes = forms.CharField(
        label=_("统一社会信用代码"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=60_000,
        help_text=_("每行一个，也可以用逗号、空格隔开，最多2000个。"),
        error_messages={"required": _("请粘贴至少一个统一社会信用代码。")},
    )
    reason = forms.CharField(label=_("推荐理由"), max_length=500, required=False)


class TableForm(ReasonedForm):
    """A spreadsheet of firms."""

    file = UploadField(
        kinds=TABLES, label=_("企业表格"), error_messages={"required": _("请选择要上传的表格。")}
    )
    reason = forms.CharField(label=_("说明"), max_length=500, required=False)


class ActForm(forms.Form):
    """One act of the chain, with its reason."""

    act = forms.ChoiceField(label=_("怎么办"), choices=[(act.value, words) for act, words in ACTS.items()])
    reason = forms.CharField(
        label=_("理由"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("退回、不列入必须写；退回请写明要补正什么。"),
    )


class RemovalForm(forms.Form):
    """Taking a firm off a published list."""

    reason = forms.CharField(
        label=_("移出原因"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明移出原因。")},
    )
    removed_on = DateField(label=_("从哪一天起不在名单内"))
