"""The form of a draft. What is personal is refused beside the field, before the command refuses it again."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiqi.core.fields import DateField, with_blank
from huiqi.knowledge.commands.wording import Said
from huiqi.knowledge.growing import GROWING
from huiqi.knowledge.models import ANSWER_LENGTH, QUESTION_LENGTH, WORDS_LENGTH
from huiqi.knowledge.personal_words import traces_in


class WordingForm(forms.Form):
    """One edition of a wording."""

    use_required_attribute = False
    question = forms.CharField(
        label=gettext_lazy("问题"),
        max_length=QUESTION_LENGTH,
        help_text=gettext_lazy("按企业的问法写，如“社保费可以缓交到什么时候”"),
    )
    answer = forms.CharField(
        label=gettext_lazy("口径"),
        max_length=ANSWER_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("可以照着念的话。不写姓名、手机号码、证件号码和账号"),
    )
    words = forms.CharField(
        label=gettext_lazy("关键词"),
        max_length=WORDS_LENGTH,
        required=False,
        help_text=gettext_lazy("企业还会怎么说，用空格分开"),
    )
    item = forms.ChoiceField(label=gettext_lazy("事项"), required=False)
    topic = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    source_document = forms.CharField(
        label=gettext_lazy("依据"), max_length=200, help_text=gettext_lazy("文件名称和文号")
    )
    source_article = forms.CharField(label=gettext_lazy("条款"), max_length=80, required=False)
    source_url = forms.URLField(
        label=gettext_lazy("文件网址"), max_length=300, required=False, assume_scheme="https"
    )
    valid_from = DateField(label=gettext_lazy("启用日期"))
    expires_on = DateField(
        label=gettext_lazy("有效期至"), help_text=gettext_lazy("到期前一周会提醒续期；到期后不再显示")
    )
    is_public = forms.BooleanField(
        label=gettext_lazy("对外公开"),
        required=False,
        help_text=gettext_lazy("企业在网上和提交诉求之前可以看到"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["item"]
        field.choices = with_blank(list(GROWING.items()), _("不限事项"))

    def clean(self) -> dict[str, Any]:
        """Dates in order; nothing that belongs to one person."""
        given: dict[str, Any] = super().clean() or {}
        for name in ("question", "answer", "words"):
            if traces_in(given.get(name) or ""):
                said = _("这里有手机号码、证件号码、账号或邮箱。口径给所有人看，请删去。")
                self.add_error(name, ValidationError(said))
        begins, ends = given.get("valid_from"), given.get("expires_on")
        if begins and ends and ends < begins:
            self.add_error("expires_on", ValidationError(_("有效期不能早于启用日期。")))
        return given

    def said(self) -> Said:
        """What a valid form says."""
        return Said(**self.cleaned_data)


class ReasonForm(forms.Form):
    """Why a wording is said no more."""

    reason = forms.CharField(label=gettext_lazy("停用原因"), max_length=200)
