"""Finding wishes of firms, and whom to call about one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiqi.surveys.forms.filling import PhoneForm

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


class CallerForm(PhoneForm):
    """Whom the office calls; what the firm left is filled in."""

    use_required_attribute = False
    name = forms.CharField(label=_("联系人"), max_length=60)
    field_order = ("name", "phone")
