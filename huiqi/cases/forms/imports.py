"""Uploading a table of requests."""

from django import forms
from django.utils.translation import gettext_lazy


class RequestFileForm(forms.Form):
    """The file. What it is, is told by its content, not by its name."""

    use_required_attribute = False
    file = forms.FileField(
        label=gettext_lazy("选择表格文件"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.xls"}),
        error_messages={
            "required": gettext_lazy("请先选择文件。"),
            "empty": gettext_lazy("文件是空的，请核对选的是不是要上传的那个文件。"),
        },
    )
