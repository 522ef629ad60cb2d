"""Boxes of forms drawn without templates are the boxes that Django's templates draw."""

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from huiqi.core.form_drawing import PlainRenderer

CHOICES = [("", "不限"), ("一组", [("1", "甲&乙"), ("2", "丙")]), ("3", "丁")]


class Boxes(forms.Form):
    line = forms.CharField(max_length=5)
    text = forms.CharField(widget=forms.Textarea, initial="<b>")
    choice = forms.ChoiceField(choices=CHOICES, initial="2")
    many = forms.MultipleChoiceField(choices=CHOICES, initial=["1", "3"])
    tick = forms.BooleanField(initial=True)
    day = forms.DateField()
    file = forms.FileField()
    hidden = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    secret = forms.CharField(widget=forms.PasswordInput)
    unknown = forms.NullBooleanField()


def drawn(renderer, name, data):
    box = Boxes(data, renderer=renderer)[name]
    attrs = {"class": 'a "b" <c>', "aria-invalid": "true", "data-hq-ahead": "", "disabled": False}
    return re.sub(r"\s*\n\s*", "\n", str(box.as_widget(attrs=attrs)))


@pytest.mark.parametrize("data", [None, {"line": '"<q>', "choice": "3", "hidden": "5", "many": ["2"]}])
@pytest.mark.parametrize("name", Boxes.base_fields)
def test_a_box_is_the_one_of_the_template(name, data):
    assert drawn(PlainRenderer(), name, data) == drawn(DjangoTemplates(), name, data)
