"""Acts offered by name: unknown ones are not there, refusals are said, what was typed is kept."""

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from huiqi.core.errors import Refused
from huiqi.core.page_acts import PageAct, do_act, do_named


class ReasonForm(forms.Form):
    reason = forms.CharField()


def make_request():
    request = RequestFactory().post("/")
    request._messages = CookieStorage(request)
    return request


def then():
    return HttpResponse("next")


def refuse():
    raise Refused("test.no", "现在不行。")


def said(request):
    return [(one.level_tag, str(one)) for one in get_messages(request)]


def test_an_act_nobody_offers_is_not_there():
    with pytest.raises(Http404):
        do_named(make_request(), "sell", {"open": PageAct(lambda: None, "好了")}, then)


def test_a_refusal_without_a_form_is_said_on_the_next_page():
    request = make_request()
    answer = do_named(request, "open", {"open": PageAct(refuse, "好了")}, then)
    assert answer.content == b"next"
    assert said(request) == [("error", "现在不行。")]


def test_a_wrong_form_does_nothing_and_shows_the_page_again():
    done = []
    act = PageAct(lambda: done.append(1), "好了", ReasonForm({}), lambda status: HttpResponse(status=status))
    assert do_act(make_request(), act, then).status_code == 422
    assert not done


def test_a_refusal_with_a_form_is_said_at_the_form():
    form = ReasonForm({"reason": "有理由"})
    act = PageAct(refuse, "好了", form, lambda status: HttpResponse(status=status))
    assert do_act(make_request(), act, then).status_code == 409
    assert form.non_field_errors() == ["现在不行。"]


def test_what_was_done_is_said():
    request = make_request()
    assert do_act(request, PageAct(lambda: None, "好了"), then).content == b"next"
    assert said(request) == [("success", "好了")]
