"""The public API: one NinjaAPI, a router per app, every error as problem+json (RFC 9457)."""

import re
from typing import Any

from django.core.exceptions import RequestDataTooBig, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as RequestInvalid
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.renderers import JSONRenderer

from huiqi.accounts.bearer import TooManyCalls
from huiqi.cases.api import router as cases
from huiqi.core.errors import Refused
from huiqi.core.strict_json import parse_object
from huiqi.lists.api import router as lists
from huiqi.policies.api import router as policies
from huiqi.reach.api import router as reach
from huiqi.reference.api import divisions_router, industries_router, size_class_router, workdays_router
from huiqi.rules.problems import FactsError, RulebookError
from huiqi.runs.api import router as runs

_NAMED = re.compile(r"\{([a-z_]+)\}")
PROBLEM_TYPE = "application/problem+json"
# pydantic's kinds of faults in our words; the rest falls back to a general sentence.
FAULTS = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项，请核对名称",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "date_parsing": "应为日期，如 2020-03-01",
    "date_from_datetime_parsing": "应为日期，如 2020-03-01",
    "date_from_datetime_inexact": "应为日期，不带时刻，如 2020-03-01",
    "date_type": "应为日期，如 2020-03-01",
    "string_type": "应为文本",
    "dict_type": '应为对象，形如 {"employees": 35}',
    "list_type": '应为列表，形如 ["si-defer"]',
    "bool_parsing": "应为 true 或 false",
    "decimal_parsing": "应为数字",
    "float_parsing": "应为数字",
    "string_too_short": "太短，至少{min_length}个字",
    "string_too_long": "太长，最多{max_length}个字",
    "too_long": "太多，最多{max_length}项",
    "less_than_equal": "不能大于{le}",
    "greater_than_equal": "不能小于{ge}",
    "greater_than": "应大于{gt}",
    "less_than": "应小于{lt}",
    "literal_error": "没有这个选项，可用的有 {expected}",
    "enum": "没有这个选项，可用的有 {expected}",
    "string_pattern_mismatch": "写法不对",
}


class ChineseRenderer(JSONRenderer):
    """JSON with Chinese characters as they are."""

    json_dumps_params = {"ensure_ascii": False}


class StrictParser(Parser):
    """Bodies are read strictly: no NaN, no key twice, no binary fractions."""

    def parse_body(self, request: HttpRequest) -> Any:
        return parse_object(request.body, what="请求体")


class HuiqiAPI(NinjaAPI):
    """NinjaAPI whose description says that errors come as problem+json."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        for path in schema["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and "content" in response:
                        response["content"] = {PROBLEM_TYPE: next(iter(response["content"].values()))}
        return schema


api = HuiqiAPI(
    title="惠企开放接口",
    version="1",
    description=(
        "行政区划、国民经济行业、企业划型、工作日、惠企政策目录与政策判断，提交诉求与查询进度，"
        "读取全省测算、名单与政策直达进度（凭访问令牌，只给令牌所属账号看得到的）。"
        "金额单位为分，日期为 ISO 8601，比率为十进制或分数文本。"
    ),
    renderer=ChineseRenderer(),
    parser=StrictParser(),
    urls_namespace="api",
    docs_url="docs",
)
api.add_router("", policies)
api.add_router("/divisions", divisions_router)
api.add_router("/industries", industries_router)
api.add_router("/size-class", size_class_router)
api.add_router("/workdays", workdays_router)
api.add_router("/cases", cases)
api.add_router("/runs", runs)
api.add_router("/lists", lists)
api.add_router("/reach", reach)


def problem(request: HttpRequest, status: int, code: str, title: str, **more: Any) -> HttpResponse:
    """An error answer: `code` for programs, `title` a Chinese sentence for people."""
    body = {"type": f"urn:huiqi:{code}", "status": status, "code": code, "title": title, "errors": [], **more}
    response = api.create_response(request, body, status=status)
    response["Content-Type"] = f"{PROBLEM_TYPE}; charset=utf-8"
    return response


@api.exception_handler(Refused)
def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return problem(request, 409, refusal.code, refusal.message)


@api.exception_handler(FactsError)
def bad_facts(request: HttpRequest, error: FactsError) -> HttpResponse:
    errors = [{"place": one.place, "message": one.message, "remedy": one.remedy} for one in error.problems]
    return problem(
        request, 422, "policies.bad_facts", "提交的情况有误，请按 errors 逐项修改。", errors=errors
    )


@api.exception_handler(RulebookError)
def bad_rulebook(request: HttpRequest, error: RulebookError) -> HttpResponse:
    return problem(request, 503, "policies.rulebook_unusable", "规则库暂时不能使用，请稍后再试。")


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(request, 404, "core.not_found", "没有这项内容，或您无权查看。")


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, Refused):
        return problem(request, 400, error.__cause__.code, error.__cause__.message)
    if error.status_code == 400:
        return problem(request, 400, "core.bad_request", "请求体不是有效的 JSON，请检查格式与编码（UTF-8）。")
    response = problem(request, error.status_code, "core.refused", str(error))
    if error.status_code == 401:
        response["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooManyCalls):
        response["Retry-After"] = str(error.retry_after)
    return response


@api.exception_handler(RequestDataTooBig)
def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem(request, 413, "core.too_large", "请求体超过1兆字节，请拆成几次提交。")


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(request, 422, "core.invalid", "；".join(error.messages))


@api.exception_handler(RequestInvalid)
def request_invalid(request: HttpRequest, error: RequestInvalid) -> HttpResponse:
    errors = [{"place": _place(item["loc"]), "message": _fault(item), "remedy": ""} for item in error.errors]
    return problem(request, 422, "core.invalid", "请求参数有误，请按 errors 逐项修改。", errors=errors)


def _place(location: tuple[Any, ...]) -> str:
    """`query.limit`, `body.facts`: without the name of our own argument."""
    kept = [
        str(part)
        for index, part in enumerate(location)
        if not (index == 1 and part in ("payload", "filters"))
    ]
    return ".".join(kept)[:200]


def _fault(item: dict[str, Any]) -> str:
    if item["type"] == "said":  # a form's own sentence
        return str(item["msg"])
    words = FAULTS.get(item["type"])
    if words is None:
        return f"写法不对（{item['type']}）"
    context = item.get("ctx") or {}
    return _NAMED.sub(lambda found: str(context.get(found[1], "")), words)
