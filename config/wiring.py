"""Who shows what where: fills the slots of pages with what the apps offer, once all apps are loaded."""

from collections.abc import Callable, Iterable, Sequence

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from huiqi.accounts import panels as accounts
from huiqi.accounts.exports import EXPORTS, Watermark
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.slots import SLOTS, MenuItem, Panel, Source
from huiqi.enterprises import panels as enterprises
from huiqi.enterprises.register_panel import firms_found, register_panel
from huiqi.files.downloads import csv_response, xlsx_response
from huiqi.files.sheets import Column, watermark_text
from huiqi.lists import panels as lists
from huiqi.messages.panels import notices_panel
from huiqi.policies.panels import entitlements_panel
from huiqi.stationing import panels as stationing
from huiqi.stationing.events import ON_ESCALATION


def having(*powers: Power) -> Callable[[HttpRequest], bool]:
    """For people who have one of the powers today."""

    def shown(request: HttpRequest) -> bool:
        today = clock.today()
        return any(may(request.user, power, today) for power in powers)  # type: ignore[arg-type]

    return shown


def signed_in(request: HttpRequest) -> bool:
    """For everybody with an account."""
    return request.user.is_authenticated


def _download(
    name: str, headers: Sequence[str], rows: Iterable[Sequence[object]], *, kind: str, watermark: Watermark
) -> HttpResponseBase:
    """Tables of the accounts app, which lies below the one that writes files."""
    mark = watermark_text(
        who=watermark.who,
        unit=watermark.unit,
        at=clock.now(),
        purpose=watermark.purpose,
        rows=watermark.rows,
    )
    columns = [Column(header) for header in headers]
    write = csv_response if kind == "csv" else xlsx_response
    return write(name, columns, rows, watermark=mark)


ADMINISTRATION = (Power.MANAGE_UNITS, Power.MANAGE_ACCESS, Power.READ_AUDIT)


def wire() -> None:
    """Fill the slots anew (calling it twice changes nothing)."""
    SLOTS.menu[:] = [
        MenuItem(_("办理台"), "core:desk", "inbox", having(Power.USE_OFFICE)),
        MenuItem(_("规则手册"), "policies:rulebook", "book", having(Power.EDIT_POLICIES)),
        MenuItem(_("企业档案"), "enterprises:register", "building-factory-2", having(Power.VIEW_REGISTER)),
        MenuItem(_("导入企业"), "enterprises:import_start", "upload", having(Power.IMPORT_FIRMS)),
        MenuItem(_("我的企业"), "enterprises:my_firms", "building-factory-2", having(Power.ACT_FOR_FIRM)),
        MenuItem(_("企业认领"), "enterprises:claims", "user", having(Power.ADMIT_FIRM_PEOPLE)),
        MenuItem(_("名单"), "lists:index", "list-details", having(Power.VIEW_LISTS)),
        MenuItem(
            _("名单比对"),
            "lists:comparisons",
            "list-check",
            having(Power.COMPARE_LISTS, Power.ANSWER_COMPARISONS),
        ),
        MenuItem(_("今日三数"), "stationing:today", "device-floppy", stationing.reports),
        MenuItem(_("重点物资看板"), "stationing:board", "chart-bar", having(Power.VIEW_KEY_MATERIALS)),
        MenuItem(_("驻企名册"), "stationing:roster", "users", having(Power.STATION_OFFICERS)),
        MenuItem(_("人员"), "accounts:people", "users", having(*ADMINISTRATION)),
        MenuItem(_("单位"), "accounts:units", "building-bank", having(Power.MANAGE_UNITS)),
        MenuItem(_("登录锁定"), "accounts:locks", "lock", having(Power.MANAGE_ACCESS)),
        MenuItem(_("权限复核"), "accounts:reviews", "shield-check", having(Power.MANAGE_ACCESS)),
        MenuItem(_("审计记录"), "accounts:audit", "history", having(Power.READ_AUDIT)),
        MenuItem(_("代理"), "accounts:deputies", "user", having(Power.USE_OFFICE)),
        MenuItem(_("通知"), "messages:notices", "bell", signed_in),
        MenuItem(_("我的账号"), "mfa_index", "settings", signed_in),
    ]
    SLOTS.desk[:] = [
        Panel("lists", "lists/_desk_panel.html", lists.desk_panel),
        Panel("account", "accounts/_account_panel.html", accounts.account_panel),
        Panel("access", "accounts/_access_panel.html", accounts.access_panel),
        Panel("deputies", "accounts/_deputies_panel.html", accounts.deputies_panel),
        Panel("my_firms", "enterprises/_my_firms_panel.html", enterprises.my_firms_panel),
        Panel("claims", "enterprises/_claims_panel.html", enterprises.claims_panel),
        Panel("register", "enterprises/_register_panel.html", register_panel),
        Panel("today", "stationing/_officer_panel.html", stationing.officer_panel),
        Panel("stationing", "stationing/_county_panel.html", stationing.county_panel),
        Panel("notices", "messages/_panel.html", notices_panel),
    ]
    SLOTS.firm[:] = [
        Panel("entitlements", "policies/_firm_panel.html", entitlements_panel),
        Panel("stationing", "stationing/_firm_panel.html", stationing.firm_panel),
        Panel("lists", "lists/_firm_panel.html", lists.firm_panel),
        Panel("comparisons", "lists/_comparison_panel.html", lists.comparison_panel),
    ]
    SLOTS.search[:] = [Source(_("企业"), firms_found), Source(_("名单"), lists.find_lists)]
    # Cases will subscribe here and open one for each escalation.
    ON_ESCALATION[:] = []
    EXPORTS.download = _download
