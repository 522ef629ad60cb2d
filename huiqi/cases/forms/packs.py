"""Making an offline pack, uploading one, checking a receipt."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, ngettext_lazy

from huiqi.accounts.models import Unit
from huiqi.cases.commands.offline_packs import DAYS, ROWS_EACH
from huiqi.cases.models.packs import PACK_NUMBER_LENGTH


class MakePackForm(forms.Form):
    """For which unit, with which items, for how long."""

    use_required_attribute = False
    unit = forms.ChoiceField(label=gettext_lazy("给哪个单位用"))
    items = forms.MultipleChoiceField(
        label=gettext_lazy("可以登记的事项"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("每个事项一个工作表，列就是这个事项要问的内容"),
    )
    rows_each = forms.TypedChoiceField(
        label=gettext_lazy("每个事项留多少行"), coerce=int, choices=[(n, str(n)) for n in ROWS_EACH]
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("多少天内有效"),
        coerce=int,
        choices=[(n, ngettext_lazy("%(n)s天", "%(n)s天", n) % {"n": n}) for n in DAYS],
        help_text=gettext_lazy("过期的文件不能合并；够用就行，时间越长，越容易与系统里的进展冲突"),
    )
    with_contacts = forms.BooleanField(
        label=gettext_lazy("带上正在办理的诉求的联系人和电话"),
        required=False,
        help_text=gettext_lazy("离线时要打电话才需要；每一件都会记入查看记录，一小时最多六十件"),
    )

    def __init__(
        self, *args: Any, units: Iterable[Unit], items: Iterable[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.units = {unit.public_id: unit for unit in units}
        unit_field: Any = self.fields["unit"]
        unit_field.choices = [(key, unit.name) for key, unit in self.units.items()]
        item_field: Any = self.fields["items"]
        item_field.choices = list(items)
        self.initial.setdefault("rows_each", ROWS_EACH[1])
        self.initial.setdefault("days", DAYS[1])
        if len(self.units) == 1:
            unit_field.widget = forms.HiddenInput()
            self.initial.setdefault("unit", next(iter(self.units)))


class ExtendPackForm(forms.Form):
    """For how many more days, from now."""

    use_required_attribute = False
    days = forms.TypedChoiceField(
        label=gettext_lazy("从现在起再有效"),
        coerce=int,
        choices=[(n, ngettext_lazy("%(n)s天", "%(n)s天", n) % {"n": n}) for n in DAYS],
    )


class PackFileForm(forms.Form):
    """A filled-in pack. What it is, is told by its content."""

    use_required_attribute = False
    file = forms.FileField(
        label=gettext_lazy("填好的离线包"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls"}),
        error_messages={
            "required": gettext_lazy("请先选择文件。"),
            "empty": gettext_lazy("文件是空的，请核对选的是不是要上传的那个文件。"),
        },
    )


class ReceiptForm(forms.Form):
    """The number and code printed on a receipt."""

    use_required_attribute = False
    receipt = forms.CharField(label=gettext_lazy("回执编号"), max_length=PACK_NUMBER_LENGTH + 8)
    code = forms.CharField(label=gettext_lazy("核验码"), max_length=20)
