"""What every template may rely on."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huiqi.core import clock
from huiqi.core.addresses import address
from huiqi.core.guides import guide_of
from huiqi.core.slots import SLOTS

LARGE_TYPE_COOKIE = "hq_large"


@dataclass(frozen=True)
class Site:
    """The site's name, date and switches, as shown on every page."""

    name: str
    tagline: str
    hotline: str
    reference_date: date
    is_reference_date_fixed: bool
    nonsecret_notice: bool
    languages: list[tuple[str, str]]
    language: str
    release: str
    large_type: bool
    is_demo: bool
    nav: list[tuple[str, str, bool]]
    request_id: str


def _nav(path: str) -> list[tuple[str, str, bool]]:
    items = [
        (_("首页"), address("core:home")),
        (_("政策体检"), address("policies:check_start")),
        (_("政策目录"), address("policies:catalogue")),
        (_("提诉求"), address("cases:items")),
        (_("查进度"), address("cases:progress")),
        (_("名单公示"), address("lists:public")),
        (_("开放接口"), address("policies:developers")),
    ]
    return [(label, url, path == url or (url != "/" and path.startswith(url))) for label, url in items]


def site(request: HttpRequest) -> dict[str, object]:
    """The `site` variable, and the work menu of the person (worked out only where it is shown)."""
    return {
        "work_menu": SimpleLazyObject(lambda: SLOTS.menu_for(request)),
        "has_guide": SimpleLazyObject(lambda: guide_of(request) is not None),
        "site": Site(
            name=_("惠企"),
            tagline=_("中小企业纾困与服务平台"),
            hotline=settings.HUIQI_HOTLINE,
            reference_date=clock.today(),
            is_reference_date_fixed=clock.is_reference_date_fixed(),
            nonsecret_notice=True,
            languages=list(settings.LANGUAGES),
            language=get_language() or settings.LANGUAGE_CODE,
            release=settings.HUIQI_RELEASE,
            large_type=request.COOKIES.get(LARGE_TYPE_COOKIE) == "1",
            is_demo=settings.HUIQI_DEMO,
            nav=_nav(request.path),
            request_id=getattr(request, "id", ""),
        ),
    }
