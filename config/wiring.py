"""Who shows what where: fills the slots of pages with what the apps offer, once all apps are loaded."""

from collections.abc import Iterable, Sequence

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from config.case_hints import policies_in_force
from config.case_wordings import approved_answers, items_of_wording, seed_of_case
from config.desk_guides import guides
from config.desk_tasks import TASKS
from config.desk_ways import CHARGES, idle_words, post_words, ways
from config.escalation_panels import escalated_panel, origin_panel
from config.form_items import item_sketches
from config.gates import having, signed_in
from config.reach_words import words_of_surveys
from huiqi.accounts import acts as account_acts
from huiqi.accounts import panels as accounts
from huiqi.accounts.exports import EXPORTS, Watermark
from huiqi.accounts.gates import behalf_at
from huiqi.accounts.powers import Power
from huiqi.arrears import acts as arrears_acts
from huiqi.arrears.commands.claims import open_accepted
from huiqi.arrears.debts import form_faults
from huiqi.arrears.panels import claim_panel, own_claim_panel
from huiqi.arrears.queries.claims import (
    beyond_the_law,
    is_proven,
    lacks_to_be_partly_solved,
    lacks_to_be_solved,
)
from huiqi.cases import acts as case_acts
from huiqi.cases.commands.escalated import open_for_escalation
from huiqi.cases.firm_panel import firm_cases_panel
from huiqi.cases.hints import HINTS
from huiqi.cases.letters_panel import letters_panel
from huiqi.cases.panels import cases_found
from huiqi.cases.permits_panel import own_permits_panel, permits_panel
from huiqi.cases.subscriptions import (
    FORM_FAULTS,
    HOLDS_PROOF,
    LAWFUL_ENDS,
    ON_ACCEPTED,
    ON_OPENED,
    PROOF_RULES,
)
from huiqi.core import acts as core_acts
from huiqi.core import clock
from huiqi.core.slots import SLOTS, MenuGroup, MenuItem, Panel, Source
from huiqi.enterprises import acts as enterprise_acts
from huiqi.enterprises.panels import dispute_panel
from huiqi.enterprises.queries.trail import firms_behind
from huiqi.enterprises.register_panel import firms_found, register_panel
from huiqi.enterprises.wanted import Kind, read_question
from huiqi.fieldwork import acts as fieldwork_acts
from huiqi.fieldwork.panels import survey_panel
from huiqi.files import acts as file_acts
from huiqi.files.downloads import csv_response, xlsx_response
from huiqi.files.sheets import Column, watermark_text
from huiqi.grants import acts as grant_acts
from huiqi.grants.panels import firm_panel as grants_panel
from huiqi.hotline import acts as hotline_acts
from huiqi.hotline.panels import dial_panel
from huiqi.knowledge import acts as knowledge_acts
from huiqi.knowledge.growing import GROWING
from huiqi.knowledge.panels import case_panel as wording_panel
from huiqi.lists import acts as list_acts
from huiqi.lists import panels as lists
from huiqi.messages import acts as message_acts
from huiqi.messages.models import Notice
from huiqi.messages.panels import notices_panel
from huiqi.policies import acts as policy_acts
from huiqi.policies.panels import entitlements_panel, find_policies
from huiqi.questionnaires import acts as questionnaire_acts
from huiqi.questionnaires.offers import OFFERS
from huiqi.reach import acts as reach_acts
from huiqi.reach import panels as reach
from huiqi.reach.ports import PORTS as REACH_PORTS
from huiqi.runs import acts as run_acts
from huiqi.stationing import acts as stationing_acts
from huiqi.stationing import panels as stationing
from huiqi.stationing.events import ON_ESCALATION
from huiqi.surveys import acts as survey_acts
from huiqi.surveys.became_panel import became_panel
from huiqi.surveys.commands.meanings import note_case
from huiqi.webhooks import acts as webhook_acts
from huiqi.whatif import acts as whatif_acts

_ACTS = (
    core_acts.ACTS,
    account_acts.ACTS,
    file_acts.ACTS,
    message_acts.ACTS,
    webhook_acts.ACTS,
    enterprise_acts.ACTS,
    list_acts.ACTS,
    stationing_acts.ACTS,
    knowledge_acts.ACTS,
    hotline_acts.ACTS,
    policy_acts.ACTS,
    questionnaire_acts.ACTS,
    survey_acts.ACTS,
    reach_acts.ACTS,
    whatif_acts.ACTS,
    fieldwork_acts.ACTS,
    case_acts.ACTS,
    arrears_acts.ACTS,
    grant_acts.ACTS,
    run_acts.ACTS,
)


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


def _is_telephone(words: str) -> bool:
    return read_question(words).kind is Kind.PHONE


def _unread(request: HttpRequest) -> int:
    return Notice.objects.visible_to(request.user).unread().count()


def _menu() -> list[MenuGroup]:
    """The work menu. Lines of an app belong into the group where people look for them."""
    today = (
        MenuItem(_("办理台"), "core:desk", "inbox", signed_in, on_bar=1, alone=True),
        MenuItem(_("通知"), "messages:notices", "bell", signed_in, on_bar=2, count=_unread),
        MenuItem(
            _("今日三数"),
            "stationing:today",
            "device-floppy",
            stationing.reports,
            also=("stationing:handovers",),
            on_bar=3,
        ),
    )
    firms = (
        MenuItem(
            _("我的企业"),
            "enterprises:my_firms",
            "building-factory-2",
            having(Power.ACT_FOR_FIRM),
            also=("enterprises:register",),
            on_bar=4,
        ),
        MenuItem(
            _("企业档案"),
            "enterprises:register",
            "building-factory-2",
            having(Power.VIEW_REGISTER),
            on_bar=5,
        ),
        MenuItem(_("导入企业"), "enterprises:import_start", "upload", having(Power.IMPORT_FIRMS)),
        MenuItem(_("划型异议"), "enterprises:disputes", "scale", having(Power.CONFIRM_FACTS)),
        MenuItem(_("疑似重复"), "enterprises:duplicates", "copy", having(Power.MERGE_FIRMS)),
        MenuItem(_("县域风险等级"), "enterprises:risk_levels", "alert-triangle", having(Power.USE_OFFICE)),
        MenuItem(_("企业认领"), "enterprises:claims", "user", having(Power.ADMIT_FIRM_PEOPLE)),
    )
    named = (
        MenuItem(_("名单"), "lists:index", "list-details", having(Power.VIEW_LISTS), on_bar=6),
        MenuItem(
            _("名单比对"),
            "lists:comparisons",
            "list-check",
            having(Power.COMPARE_LISTS, Power.ANSWER_COMPARISONS),
            on_bar=7,
        ),
    )
    keys = (
        MenuItem(_("重点物资看板"), "stationing:board", "chart-bar", having(Power.VIEW_KEY_MATERIALS)),
        MenuItem(
            _("联络员上报"),
            "stationing:escalations",
            "message-report",
            having(Power.VIEW_KEY_MATERIALS, Power.REPORT_KEY_MATERIALS),
        ),
        MenuItem(_("驻企名册"), "stationing:roster", "users", having(Power.STATION_OFFICERS)),
    )
    requests = (
        MenuItem(
            _("诉求"),
            "cases:queue",
            "message-report",
            having(Power.VIEW_CASES, Power.HANDLE_CASES),
            on_bar=3,
        ),
        MenuItem(_("我的诉求"), "cases:own", "message-report", having(Power.ACT_FOR_FIRM), on_bar=3),
        MenuItem(_("代填诉求"), "cases:take", "plus", having(Power.TAKE_REQUESTS), also=("cases:taken",)),
        MenuItem(_("派单台"), "cases:desk", "target-arrow", having(Power.DISPATCH_CASES), on_bar=4),
        MenuItem(_("督办台"), "cases:red_list", "alert-triangle", having(Power.SUPERVISE_CASES), on_bar=4),
        MenuItem(
            _("商请函"),
            "cases:consultations",
            "clipboard-check",
            having(Power.VIEW_CASES, Power.HANDLE_CASES),
        ),
        MenuItem(_("答复模板"), "cases:answer_templates", "copy", having(Power.HANDLE_CASES)),
        MenuItem(_("诉求看板"), "cases:figures", "chart-bar", having(Power.VIEW_CASE_FIGURES)),
        MenuItem(_("办事服务"), "cases:items", "book", having(Power.USE_OFFICE)),
        MenuItem(_("热线接听"), "hotline:desk", "phone", having(Power.ANSWER_CALLS), on_bar=3, alone=True),
        MenuItem(_("回访"), "hotline:call_backs", "history", having(Power.CALL_BACK), on_bar=4),
        MenuItem(_("班次和交接"), "hotline:shifts", "calendar-time", having(Power.ANSWER_CALLS)),
        MenuItem(_("口径"), "knowledge:wordings", "help-circle", having(Power.READ_WORDING), on_bar=6),
    )
    surveys = (
        MenuItem(_("问卷调查"), "surveys:surveys", "chart-bar", having(Power.EDIT_QUESTIONNAIRES)),
        MenuItem(_("问卷中的困难"), "surveys:wishes", "message-report", having(Power.DISPATCH_CASES)),
        MenuItem(_("政策享受情况"), "surveys:reach", "scale", having(Power.EDIT_QUESTIONNAIRES)),
        MenuItem(
            _("问卷"), "questionnaires:questionnaires", "clipboard-check", having(Power.EDIT_QUESTIONNAIRES)
        ),
    )
    arrears = (
        MenuItem(_("欠款投诉"), "arrears:debtors", "cash", having(Power.VIEW_CASES)),
        MenuItem(_("清欠台账"), "arrears:ledger", "receipt-tax", having(Power.VIEW_CASES)),
        MenuItem(
            _("本单位台账"), "arrears:my_reports", "clipboard-check", having(Power.HANDLE_CASES), alone=True
        ),
    )
    grants = (
        MenuItem(
            _("资金申报"),
            "grants:applications",
            "cash",
            having(Power.VIEW_GRANTS),
            also=("grants:call_new",),
            alone=True,
        ),
        MenuItem(_("申报批次"), "grants:calls", "list-details", having(Power.VIEW_GRANTS)),
        MenuItem(_("专家评审"), "grants:reviews", "clipboard-check", having(Power.REVIEW_GRANTS), on_bar=3),
        MenuItem(_("资金申报"), "grants:own", "cash", having(Power.ACT_FOR_FIRM), on_bar=7),
    )
    policies = (
        MenuItem(
            _("政策直达"),
            "reach:funnel",
            "target-arrow",
            having(Power.VIEW_REACH),
            also=("reach:preparations", "reach:ways"),
            on_bar=8,
        ),
        MenuItem(_("待联系企业"), "reach:calls", "phone", having(Power.FOLLOW_REACH)),
        MenuItem(_("政策体检"), "policies:check_start", "clipboard-check", signed_in, on_bar=8),
        MenuItem(_("政策目录"), "policies:catalogue", "scale", signed_in, on_bar=9),
        MenuItem(_("政策测算"), "whatif:scenarios", "chart-bar", having(Power.ESTIMATE_POLICIES), on_bar=8),
        MenuItem(_("全省测算"), "runs:runs", "chart-bar", having(Power.VIEW_RUNS)),
        MenuItem(_("规则手册"), "policies:rulebook", "book", having(Power.EDIT_POLICIES), on_bar=7),
        MenuItem(
            _("事项管理"),
            "cases:editions",
            "list-details",
            having(Power.EDIT_ITEMS, Power.PUBLISH_ITEMS),
            on_bar=7,
        ),
    )
    managing = (
        MenuItem(
            _("人员"),
            "accounts:people",
            "users",
            having(*ADMINISTRATION),
            also=("accounts:invitations",),
            on_bar=4,
        ),
        MenuItem(_("单位"), "accounts:units", "building-bank", having(Power.MANAGE_UNITS), on_bar=5),
        MenuItem(_("登录锁定"), "accounts:locks", "lock", having(Power.MANAGE_ACCESS)),
        MenuItem(_("接口令牌"), "accounts:tokens", "lock-open", having(Power.MANAGE_ACCESS)),
        MenuItem(_("事件推送"), "webhooks:hooks", "bell", having(Power.MANAGE_ACCESS)),
        MenuItem(_("权限复核"), "accounts:reviews", "shield-check", having(Power.MANAGE_ACCESS), on_bar=5),
        MenuItem(_("审计记录"), "accounts:audit", "history", having(Power.READ_AUDIT), on_bar=5),
        MenuItem(_("代理"), "accounts:deputies", "calendar-time", having(Power.USE_OFFICE)),
        MenuItem(_("我的账号"), "mfa_index", "settings", signed_in, also=("accounts:password",)),
    )
    return [
        MenuGroup(_("今日"), today),
        MenuGroup(_("诉求"), requests),
        MenuGroup(_("企业"), firms),
        MenuGroup(_("名单"), named),
        MenuGroup(_("重点物资"), keys),
        MenuGroup(_("调查"), surveys),
        MenuGroup(_("清欠"), arrears),
        MenuGroup(_("资金"), grants),
        MenuGroup(_("政策"), policies),
        MenuGroup(_("管理"), managing),
    ]


def wire() -> None:
    """Fill the slots anew (calling it twice changes nothing)."""
    SLOTS.menu[:] = _menu()
    SLOTS.tasks[:] = TASKS
    SLOTS.charges[:] = CHARGES
    SLOTS.ways[:] = ways()
    SLOTS.guides[:] = guides()
    SLOTS.post_words = post_words
    SLOTS.idle_words = idle_words
    SLOTS.news[:] = [Panel("notices", "messages/_panel.html", notices_panel)]
    # Below the tasks, which say what waits; claims, lists and key firms are among them.
    SLOTS.desk[:] = [
        Panel("account", "accounts/_account_panel.html", accounts.account_panel),
        Panel("register", "enterprises/_register_panel.html", register_panel),
        Panel("reach", "reach/_desk_panel.html", reach.desk_panel),
        Panel("deputies", "accounts/_deputies_panel.html", accounts.deputies_panel),
    ]
    SLOTS.firm[:] = [
        Panel("disputes", "enterprises/_disputes.html", dispute_panel),
        Panel("cases", "cases/_firm_panel.html", firm_cases_panel),
        Panel("reach", "reach/_firm_panel.html", reach.firm_panel),
        Panel("entitlements", "policies/_firm_panel.html", entitlements_panel),
        Panel("grants", "grants/_firm_panel.html", grants_panel),
        Panel("stationing", "stationing/_firm_panel.html", stationing.firm_panel),
        Panel("lists", "lists/_firm_panel.html", lists.firm_panel),
        Panel("comparisons", "lists/_comparison_panel.html", lists.comparison_panel),
    ]
    SLOTS.case[:] = [
        Panel("claim", "arrears/_case_panel.html", claim_panel),
        Panel("dial", "hotline/_dial_panel.html", dial_panel),
        Panel("permits", "cases/_permits.html", permits_panel),
        Panel("wording", "knowledge/_case_panel.html", wording_panel),
        Panel("letters", "cases/_case_letters.html", letters_panel),
        Panel("origin", "cases/_origin.html", origin_panel),
    ]
    SLOTS.own_case[:] = [
        Panel("claim", "arrears/_own_panel.html", own_claim_panel),
        Panel("permits", "cases/_permits.html", own_permits_panel),
    ]
    SLOTS.survey[:] = [
        Panel("became", "surveys/_became.html", became_panel),
        Panel("fieldwork", "fieldwork/_survey_panel.html", survey_panel),
    ]
    SLOTS.escalation[:] = [Panel("case", "cases/_escalated.html", escalated_panel)]
    SLOTS.search[:] = [
        Source(_("企业"), firms_found, "enterprises:register"),
        Source(_("诉求"), cases_found, "cases:queue"),
        Source(_("名单"), lists.find_lists),
        Source(_("政策"), find_policies, "policies:catalogue"),
    ]
    SLOTS.is_private = _is_telephone
    SLOTS.acts = {act: words for app in _ACTS for act, words in app.items()}
    SLOTS.subjects = firms_behind
    SLOTS.behalf_at = behalf_at
    ON_ESCALATION[:] = [open_for_escalation]
    _join_cases()
    EXPORTS.download = _download
    REACH_PORTS.words = words_of_surveys


def _join_cases() -> None:
    """What the app of requests asks of its neighbours, and they of it."""
    HINTS.policies = policies_in_force
    HINTS.answers = approved_answers
    GROWING.seed = seed_of_case
    GROWING.items = items_of_wording
    ON_ACCEPTED[:] = [open_accepted]
    HOLDS_PROOF[:] = [is_proven]
    LAWFUL_ENDS["arrears"] = beyond_the_law
    PROOF_RULES["arrears", "solved"] = lacks_to_be_solved
    PROOF_RULES["arrears", "partly_solved"] = lacks_to_be_partly_solved
    FORM_FAULTS["arrears"] = form_faults
    OFFERS.items = item_sketches
    ON_OPENED[:] = [note_case]
