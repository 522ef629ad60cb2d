"""Finding wishes of firms, and whom to call about one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiqi.cases.forms.asking import NAME_LENGTH, TextField
from huiqi.cases.forms.item_fields import PhoneField

OPEN, TURNED = "open", "turned"


class WishFilter(forms.Form):
    """What of the list is shown; anything that is no choice shows all."""

    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("全部")), (OPEN, _("还没有转")), (TURNED, _("已转诉求"))],
    )
    consent = forms.ChoiceField(
        label=_("联系"), required=False, choices=[("", _("全部")), ("yes", _("同意联系的"))]
    )
    survey = forms.ChoiceField(label=_("调查"), required=False)

    def __init__(self, *args: Any, surveys: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["survey"]
        field.choices = [("", _("全部")), *surveys]


class CallerForm(forms.Form):
    """Whom the office calls; what the firm left is filled in."""

    use_required_attribute = False
    name = TextField(label=_("联系人"), max_length=NAME_LENGTH)
    phone = PhoneField(label=_("联系电话"))
