"""The public API: one NinjaAPI, a router per app, every error as problem+json (RFC 9457)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError as RequestInvalid
from ninja.renderers import JSONRenderer

from huiqi.core.errors import Refused


class ProblemRenderer(JSONRenderer):
    """JSON with Chinese characters as they are."""

    json_dumps_params = {"ensure_ascii": False}


api = NinjaAPI(
    title="惠企开放接口",
    version="1",
    description="行政区划、国民经济行业、企业划型、工作日、惠企政策目录与政策判断。金额单位为分，日期为 ISO 8601，比率为十进制或分数文本。",
    renderer=ProblemRenderer(),
    urls_namespace="api",
    docs_url="docs",
)


def problem(request: HttpRequest, status: int, code: str, title: str, **more: Any) -> HttpResponse:
    """An error answer: `code` for programs, `title` a Chinese sentence for people."""
    body = {"type": f"urn:huiqi:{code}", "status": status, "code": code, "title": title, **more}
    response = api.create_response(request, body, status=status)
    response["Content-Type"] = "application/problem+json; charset=utf-8"
    return response


@api.exception_handler(Refused)
def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return problem(request, 409, refusal.code, refusal.message)


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(request, 404, "core.not_found", "没有这项内容，或您无权查看。")


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(request, error.status_code, "core.bad_request", "请求体不是有效的 JSON，请检查格式与编码（UTF-8）。")


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(request, 422, "core.invalid", "；".join(error.messages))


@api.exception_handler(RequestInvalid)
def request_invalid(request: HttpRequest, error: RequestInvalid) -> HttpResponse:
    errors = [
        {"place": ".".join(str(part) for part in item["loc"]), "message": item["msg"]} for item in error.errors
    ]
    return problem(request, 422, "core.invalid", "请求参数有误，请按 errors 逐项修改。", errors=errors)
