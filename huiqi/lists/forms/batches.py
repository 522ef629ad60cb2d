"""Forms of running a batch."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiqi.core.fields import CountField, DateField
from huiqi.lists.models import ListBatch, Secrecy

NUMBER_HELP = _("由本单位 OA 编号后填在这里，本系统不编号。没有文号前可以先空着。")


class BatchForm(forms.Form):
    """A batch's title, document and dates."""

    title = forms.CharField(
        label=_("批次名称"), max_length=120, help_text=_("如“2020年第一批”，会和名单名称一起显示。")
    )
    document = forms.CharField(label=_("文号"), max_length=80, required=False, help_text=NUMBER_HELP)
    issuer = forms.CharField(label=_("公布机关"), max_length=120)
    secrecy = forms.ChoiceField(
        label=_("知悉范围"),
        choices=Secrecy.choices,
        help_text=_("可以比这种名单规定的更严，不能更宽。限定知悉的不公开、不导出，没有相应权限的人看不到。"),
    )
    collect_until = DateField(label=_("征集截止日"), required=False)
    valid_from = DateField(label=_("生效日"), required=False, help_text=_("不填就是发布当天。"))
    valid_to = DateField(label=_("有效至"), required=False, help_text=_("不填就按这种名单规定的有效期。"))
    is_whole = forms.BooleanField(label=_("这是全部名单，代替以前各批"), required=False)

    def clean(self) -> dict[str, Any]:
        """The dates must be in order."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("有效期早于生效日，请核对。"))
        return cleaned

    @classmethod
    def of(cls, batch: ListBatch) -> "BatchForm":
        """The form as it stands for a batch."""
        return cls(initial={name: getattr(batch, name) for name in cls.base_fields})


class NoticeForm(forms.Form):
    """How long the notice is."""

    days = CountField(
        "个工作日",
        low=1,
        high=60,
        label=_("公示多少个工作日"),
        help_text=_("从公示次日起算，周末和节假日不算。"),
    )


class PublishForm(forms.Form):
    """What the publication rests on."""

    document = forms.CharField(
        label=_("文号"),
        max_length=80,
        help_text=_("先在本单位 OA 发文，再把文号原样填在这里，如“湘工信〔2020〕12号”。"),
        error_messages={"required": _("没有文号不能发布。请先在 OA 发文。")},
    )
    issuer = forms.CharField(label=_("公布机关"), max_length=120)
    valid_from = DateField(label=_("生效日"), required=False, help_text=_("不填就是今天。"))
    valid_to = DateField(label=_("有效至"), required=False, help_text=_("不填就按这种名单规定的有效期。"))
    is_whole = forms.BooleanField(label=_("这是全部名单，代替以前各批"), required=False)
    drop_undecided = forms.BooleanField(label=_("没有办完的企业不列入本批"), required=False)


class CloseForm(forms.Form):
    """When the listings end, if they have no end yet."""

    ends_on = DateField(
        label=_("名单有效到哪一天"), required=False, help_text=_("不填则只结束这批的办理，企业仍在名单内。")
    )
