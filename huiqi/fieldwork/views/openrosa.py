"""The addresses clients of the field speak to: OpenRosa 1.0.

Two doors lead to the same answers. `collect/key/<token>/…` is the address of one device (a Collector);
`collect/<slug>/…` asks for an access token with the scope surveys:collect, as `Authorization: Bearer …` or as
the password of Basic with the account's name. Digest is not offered: it would need passwords kept so that
they can be read.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt

from huiqi.accounts.commands.tokens import count_call, find_token
from huiqi.accounts.models import ApiScope, User
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.hushed import hushed
from huiqi.core.language import worded
from huiqi.core.messages import Message, gettext_noop
from huiqi.fieldwork import openrosa
from huiqi.fieldwork.commands.attachments import take_files
from huiqi.fieldwork.commands.collectors import find_collector
from huiqi.fieldwork.commands.submissions import Moment, Source, TooFast, take_submission
from huiqi.fieldwork.models import Delivery, DeliveryState
from huiqi.fieldwork.posted import read_posted
from huiqi.fieldwork.queries.deliveries import notes_of, versions_answered
from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.questionnaires.queries.versions import current_version
from huiqi.surveys.models import Survey, SurveyState

_STATUS = {
    "fieldwork.not_open": 403,
    "fieldwork.other_form": 404,
    "fieldwork.unknown_version": 404,
    "fieldwork.conflict": 409,
    "fieldwork.length": 411,
    "fieldwork.too_big": 413,
    "fieldwork.type": 415,
    "fieldwork.too_fast": 429,
}
_REALM = 'Basic realm="huiqi", charset="UTF-8"'
_NO_TOKEN = gettext_noop("请用账号和接口令牌登录：用户名填账号，密码填令牌。没有令牌的，请安全管理员批准。")
_NO_SCOPE = gettext_noop("这个令牌没有“采集问卷”的权限范围。请安全管理员重新批准。")


@dataclass(frozen=True)
class Door:
    """Who asks, for which survey; `names` and `arguments` lead to the other addresses behind this door."""

    survey: Survey
    source: Source
    name: str
    argument: str

    def url(self, request: HttpRequest, name: str, *more: str) -> str:
        """The full address of another page behind this door."""
        return request.build_absolute_uri(
            reverse(f"fieldwork:{self.name}{name}", args=[self.argument, *more])
        )


class _Answered(Exception):  # noqa: N818  ends the opening of a door, not a fault
    def __init__(self, response: HttpResponse) -> None:
        self.response = response


DoorView = Callable[..., HttpResponse]


def behind_door(*methods: str) -> Callable[[DoorView], DoorView]:
    """Open the door of the address for these methods; whatever is refused is told as OpenRosa tells it."""

    def decorate(view: DoorView) -> DoorView:
        @csrf_exempt
        @wraps(view)
        def opened(request: HttpRequest, door: str, **arguments: Any) -> HttpResponse:
            if request.method not in methods:
                response = _told(gettext_noop("这个地址不支持这种请求。"), 405)
                response["Allow"] = ", ".join(methods)
                return _finished(response)
            try:
                found = _by_token(request, door) if "/key/" not in request.path else _by_key(door)
                return _finished(view(request, found, **arguments))
            except _Answered as answered:
                return _finished(answered.response)
            except Http404:
                return _finished(_told(gettext_noop("没有这个采集地址，或已经停用。请联系调查单位。"), 404))
            except Refused as refusal:
                return _finished(_refused(refusal))

        return opened

    return decorate


def _finished(response: HttpResponse) -> HttpResponse:
    response["X-OpenRosa-Version"] = openrosa.VERSION
    response["X-OpenRosa-Accept-Content-Length"] = str(openrosa.MOST_BODY)
    response["Date"] = http_date()
    return hushed(response)


def _told(said: Message | str, status: int) -> HttpResponse:
    text = openrosa.answer(worded(said), is_refused=status >= 400)
    return HttpResponse(text, status=status, content_type=openrosa.CONTENT_TYPE)


def _refused(refusal: Refused) -> HttpResponse:
    response = _told(refusal.said, _STATUS.get(refusal.code, 400))
    if isinstance(refusal, TooFast):
        response["Retry-After"] = str(refusal.seconds)
    return response


def _by_key(token: str) -> Door:
    collector = find_collector(token)
    if collector is None:
        raise Http404
    return Door(collector.survey, Source(collector=collector), "key_", token)


def _by_token(request: HttpRequest, slug: str) -> Door:
    user = _person(request)
    rows = Survey.objects.visible_to(user, clock.today()).select_related("questionnaire", "owner")
    return Door(get_object_or_404(rows, slug=slug), Source(user=user), "", slug)


def _person(request: HttpRequest) -> User:
    name, secret = _credentials(request.headers.get("Authorization", ""))
    at = clock.wall_now()
    token = find_token(secret, at=at) if secret else None
    if token is None or (name and name != token.user.username):
        response = _told(_NO_TOKEN, 401)
        response["WWW-Authenticate"] = _REALM
        raise _Answered(response)
    if ApiScope.SURVEYS_COLLECT not in token.scopes:
        raise _Answered(_told(_NO_SCOPE, 403))
    seconds = count_call(token, at=at)
    if seconds:
        raise TooFast(seconds)
    return token.user


def _credentials(header: str) -> tuple[str, str]:
    """(account, token) of an Authorization header; ("", "") for anything else."""
    kind, _space, value = header.partition(" ")
    if kind.lower() == "bearer":
        return "", value.strip()
    if kind.lower() != "basic":
        return "", ""
    try:
        name, _colon, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret


# --- forms --------------------------------------------------------------------------------------------


@behind_door("GET", "HEAD")
def form_list(request: HttpRequest, door: Door) -> HttpResponse:
    """The form of the survey; with `listAllVersions` every version that may be answered.

    A survey that is closed lists none, so that devices offer it no more; what was begun is still taken.
    """
    survey = door.survey
    newest = current_version(survey.questionnaire)
    versions = [newest] if newest is not None else []
    if request.GET.get("listAllVersions", "").lower() == "true":
        versions = list(versions_answered(survey).defer("original"))
    is_wanted = request.GET.get("formID", "") in {"", survey.questionnaire.form_id}
    if survey.state != SurveyState.OPEN or not is_wanted:
        versions = []
    listed = [
        openrosa.ListedForm(
            form_id=survey.questionnaire.form_id,
            name=survey.title,
            version=version.version,
            md5=hashlib.md5(version.xform.encode(), usedforsecurity=False).hexdigest(),
            description=survey.purpose,
            url=door.url(request, "form", version.public_id),
            manifest_url=door.url(request, "manifest", version.public_id),
        )
        for version in versions
    ]
    return HttpResponse(openrosa.form_list(listed), content_type=openrosa.CONTENT_TYPE)


def _version(door: Door, version_id: str) -> QuestionnaireVersion:
    published = door.survey.questionnaire.versions.filter(published_at__isnull=False)
    return get_object_or_404(published, public_id=version_id)


@behind_door("GET", "HEAD")
def form(request: HttpRequest, door: Door, *, version_id: str) -> HttpResponse:
    """The XForm as it is kept."""
    if door.survey.state == SurveyState.DRAFT:
        raise Http404
    return HttpResponse(_version(door, version_id).xform, content_type=openrosa.CONTENT_TYPE)


@behind_door("GET", "HEAD")
def manifest(request: HttpRequest, door: Door, *, version_id: str) -> HttpResponse:
    """Always empty; clients ask for it."""
    _version(door, version_id)
    return HttpResponse(openrosa.manifest(), content_type=openrosa.CONTENT_TYPE)


# --- submissions --------------------------------------------------------------------------------------


@behind_door("HEAD", "POST")
def submission(request: HttpRequest, door: Door) -> HttpResponse:
    """201 when it is counted, 202 when it is kept and an officer or a file is awaited."""
    if request.method == "HEAD":
        response = HttpResponse(status=204)
        response["Location"] = door.url(request, "submission")
        return response
    sent = read_posted(request)
    moment = Moment(clock.today(), clock.now(), clock.wall_now())
    delivery = take_submission(door.survey, sent, door.source, moment)
    if sent.files:
        delivery = take_files(delivery, sent.files, door.source, moment)
    said = _receipt(delivery)
    text = openrosa.answer(worded(said), is_refused=False, instance_id=delivery.instance_id)
    is_done = delivery.state == DeliveryState.TAKEN and not delivery.awaited_count
    response = HttpResponse(text, status=201 if is_done else 202, content_type=openrosa.CONTENT_TYPE)
    response["Location"] = door.url(request, "submission")
    return response


def _receipt(delivery: Delivery) -> Message:
    if delivery.state != DeliveryState.TAKEN:
        said = gettext_noop("已收到，有%(count)s处待调查单位核对。不用再提交。")
        return Message(said, {"count": delivery.problem_count})
    refused = notes_of(delivery).refused
    if refused:
        name, reason = next(iter(refused.items()))
        return Message(
            gettext_noop("答卷已收到。文件 %(name)s 没有收：%(reason)s"), {"name": name, "reason": reason}
        )
    if delivery.awaited_count:
        return Message(gettext_noop("答卷已收到，还缺%(count)s个附件。"), {"count": delivery.awaited_count})
    return Message(gettext_noop("已收到，谢谢。"))
