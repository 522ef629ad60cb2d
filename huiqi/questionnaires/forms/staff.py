"""Forms of who makes questionnaires: a name, a file, the approval it shows."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from huiqi.core.fields import DateField
from huiqi.files.fields import UploadField
from huiqi.files.uploads import UploadKind
from huiqi.questionnaires.commands.versions import Approval


class NameForm(forms.Form):
    """What the questionnaire is called among officers."""

    name = forms.CharField(label=gettext_lazy("问卷名称"), max_length=80)


class NewForm(NameForm):
    """A name, and how the questions come to be: in the browser, from a template, from a file."""

    way = forms.ChoiceField(
        label=gettext_lazy("怎么做"), widget=forms.RadioSelect, initial="blank", required=False
    )

    def __init__(self, *args: Any, templates: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ready = [
            (f"template:{name}", gettext("从现成的问卷改：%(title)s") % {"title": title})
            for name, title in templates
        ]
        way: Any = self.fields["way"]
        way.choices = [
            ("blank", gettext("在网页上一题一题做")),
            *ready,
            ("file", gettext("上传 Excel（XLSForm）")),
        ]


class VersionForm(forms.Form):
    """The workbook."""

    file = UploadField(
        kinds=(UploadKind.XLSX,),
        label=gettext_lazy("XLSForm 文件"),
        help_text=gettext_lazy("按 XLSForm 写的 .xlsx：survey、choices、settings 三张工作表。"),
        error_messages={"required": gettext_lazy("请选择文件。")},
    )


class ApprovalForm(forms.Form):
    """Table number, authority, document, last day; all blank for a voluntary survey."""

    table_number = forms.CharField(label=gettext_lazy("表号"), max_length=40, required=False)
    approved_by = forms.CharField(label=gettext_lazy("批准机关"), max_length=80, required=False)
    document = forms.CharField(label=gettext_lazy("批准文号"), max_length=80, required=False)
    until = DateField(label=gettext_lazy("有效期至"), required=False)

    def approval(self) -> Approval:
        """What the command takes; for a valid form."""
        given: dict[str, Any] = self.cleaned_data
        return Approval(**given)
