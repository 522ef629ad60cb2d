"""Forms of runs: what to judge, what an export is for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

FORMS = (("xlsx", _("Excel 工作簿（.xlsx）")), ("csv", _("CSV 文本（.csv）")))


class StartForm(forms.Form):
    """A run of all policies: what for, for which day, over which snapshot."""

    use_required_attribute = False
    purpose = forms.CharField(
        label=_("用途"),
        min_length=4,
        max_length=120,
        help_text=_("写明做什么用，如“减负政策落实摸底”。用途记在测算上，大家都看得到。"),
        error_messages={"required": _("请写明用途。"), "min_length": _("用途太短，请写明做什么用。")},
    )
    snapshot = forms.ChoiceField(
        label=_("用哪一份企业档案"),
        required=False,
        help_text=_("重新生成会多花一些时间，但用的是此刻的档案。"),
    )

    def __init__(self, data: Any, snapshots: list[tuple[str, str]]) -> None:
        super().__init__(data)
        choices = [("", _("此刻的档案（重新生成快照）")), *snapshots]
        self.fields["snapshot"].choices = choices  # type: ignore[attr-defined]


class ExportForm(forms.Form):
    """Taking a list of firms along."""

    use_required_attribute = False
    purpose = forms.CharField(
        label=_("导出用途"),
        min_length=4,
        max_length=120,
        help_text=_("写明做什么用、给谁用。用途会印在表上并记入审计。"),
        error_messages={"required": _("请写明用途。"), "min_length": _("用途太短，请写明做什么用、给谁用。")},
    )
    form = forms.ChoiceField(label=_("文件格式"), choices=FORMS, widget=forms.RadioSelect, initial="xlsx")
