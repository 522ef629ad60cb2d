"""What waits for a person on the desk 办理台, from what the apps know: one line per matter, with its day."""

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from config.case_tasks import case_tasks
from config.hotline_tasks import hotline_tasks
from config.knowledge_tasks import wording_tasks
from huiqi.accounts import panels as accounts
from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.arrears.panels import desk_panel as arrears_desk
from huiqi.core import clock
from huiqi.core.language import day_words
from huiqi.core.slots import Task
from huiqi.enterprises.models import Claim, ImportRun, SizeDispute
from huiqi.enterprises.queries.disputes import disputes_for
from huiqi.enterprises.queries.duplicates import open_pairs
from huiqi.enterprises.queries.people import open_claims_of, waiting_claims
from huiqi.grants.panels import grant_tasks
from huiqi.lists import panels as lists
from huiqi.lists.models import ComparisonState
from huiqi.lists.queries.comparison import comparisons_asked_of
from huiqi.stationing import panels as stationing
from huiqi.stationing.queries.compartment import firms_to_report
from huiqi.stationing.queries.missing import Missing, missing_on

NAMED = 3
MOST_FILES = 5


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def account_tasks(request: HttpRequest) -> Iterator[Task]:
    """For the security administrator: roles to confirm, locks, the review."""
    access = accounts.access_panel(request, None)
    if access is None:
        return
    if access["due_on"]:
        late = access["due_on"] < clock.today()
        yield Task(_("权限复核应于这天开始"), reverse("accounts:reviews"), due=access["due_on"], is_late=late)
    if access["open_review"]:
        url = reverse("accounts:review", args=[access["open_review"].public_id])
        yield Task(_("继续进行中的权限复核"), url)
    if access["waiting"]:
        people = access["waiting"]
        url = reverse("accounts:person", args=[people[0].public_id])
        names = _names([person.name for person in people])
        yield Task(_("等待确认角色的账号"), url, len(people), note=names)
    if access["locks"]:
        yield Task(_("被锁定的登录"), reverse("accounts:locks"), access["locks"])


def firm_claim_tasks(request: HttpRequest) -> Iterator[Task]:
    """Claims this officer decides; a firm person's own claims that lack something."""
    user, today = _user(request), clock.today()
    if may(user, Power.ADMIT_FIRM_PEOPLE, today):
        claims = list(waiting_claims(user, today)[: NAMED + 1])
        if claims:
            oldest = timezone.localdate(claims[0].made_at)
            note = _("最早的一件%(day)s提交：%(firm)s") % {
                "day": day_words(oldest),
                "firm": claims[0].enterprise.name,
            }
            count = waiting_claims(user, today).count()
            yield Task(_("企业认领待审核"), reverse("enterprises:claims"), count, note=note)
    if may(user, Power.ACT_FOR_FIRM, today):
        open_states = [Claim.State.STARTED, Claim.State.WAITING]
        for claim in open_claims_of(user).filter(state__in=open_states):
            label = _("认领待您提供证明") if claim.state == Claim.State.STARTED else _("认领正由主管部门审核")
            url = reverse("enterprises:claim", args=[claim.public_id])
            yield Task(label, url, note=claim.enterprise.name)


def register_tasks(request: HttpRequest) -> Iterator[Task]:
    """Size disputes this officer decides; rows of the register that may be one firm."""
    user, today = _user(request), clock.today()
    if may(user, Power.CONFIRM_FACTS, today):
        open_disputes = disputes_for(user, today).filter(state=SizeDispute.State.OPEN)
        count = open_disputes.count()
        if count:
            first = open_disputes.order_by("raised_at", "pk")[0]
            yield Task(
                _("划型异议待处理"), reverse("enterprises:disputes"), count, note=first.enterprise.name
            )
    if may(user, Power.MERGE_FIRMS, today):
        pairs = open_pairs(user, today).count()
        if pairs:
            yield Task(_("疑似重复的企业待确认"), reverse("enterprises:duplicates"), pairs)


def import_tasks(request: HttpRequest) -> Iterator[Task]:
    """The person's own files that wait for a decision."""
    user = _user(request)
    if not may(user, Power.IMPORT_FIRMS, clock.today()):
        return
    waiting = [ImportRun.State.UPLOADED, ImportRun.State.READY]
    for run in ImportRun.objects.filter(owner=user, state__in=waiting).order_by("-created_at")[:MOST_FILES]:
        label = (
            _("导入的表待确认列") if run.state == ImportRun.State.UPLOADED else _("导入的表已预检，待导入")
        )
        yield Task(label, reverse("enterprises:import_run", args=[run.public_id]), note=run.file_name)


def list_tasks(request: HttpRequest) -> Iterator[Task]:
    """Recommendations, batches that ask the office for firms, notices that end, objections."""
    today = clock.today()
    found = lists.desk_panel(request, None)
    if found:
        work = found["work"]
        for batch, count in work.waiting:
            url = reverse("lists:batch", args=[batch.public_id]) + "?mine=1"
            due = batch.collect_until
            late = due is not None and due < today
            yield Task(_("待推荐或审核的企业"), url, count, due, batch.title, late)
        for batch, count in work.collecting:
            url = reverse("lists:batch", args=[batch.public_id])
            due = batch.collect_until
            late = due is not None and due < today
            note = _("%(title)s，本辖区已有%(count)s家") % {"title": batch.title, "count": count}
            yield Task(_("名单正在征集，请推荐企业"), url, due=due, note=note, is_late=late)
        for batch in work.ending_notices:
            url = reverse("lists:batch", args=[batch.public_id])
            yield Task(_("公示今日到期"), url, due=batch.notice_until, note=batch.title)
        for batch in work.over_notices:
            url = reverse("lists:publish", args=[batch.public_id])
            yield Task(_("公示期已满，可以发布"), url, note=batch.title)
        if work.objections:
            yield Task(_("待处理的公示异议"), reverse("lists:index") + "?state=noticing", work.objections)


def comparison_tasks(request: HttpRequest) -> Iterator[Task]:
    """Comparisons that an authority has to answer."""
    user, today = _user(request), clock.today()
    if may(user, Power.ANSWER_COMPARISONS, today):
        for asked in comparisons_asked_of(user, today).filter(state=ComparisonState.SENT)[:NAMED]:
            url = reverse("lists:comparison", args=[asked.public_id])
            note = f"{asked.unit}：{asked.title}"
            yield Task(
                _("待答复的名单比对"), url, due=asked.expires_on, note=note, is_late=asked.expires_on < today
            )


def stationing_tasks(request: HttpRequest) -> Iterator[Task]:
    """Today's three numbers; for whoever stations officers what is missing and what was reported upwards."""
    user, today = _user(request), clock.today()
    reporters = (Power.REPORT_KEY_MATERIALS, Power.ACT_FOR_FIRM)
    if any(may(user, power, today) for power in reporters):
        missing = missing_on(today, firms_to_report(user, today, today))
        if missing:
            label = _("今日三数待报，%s点催报") % settings.HUIQI_REPORT_CHASE_HOUR
            yield Task(label, reverse("stationing:today"), len(missing), today, _firms(missing))
    county = stationing.county_panel(request, None)
    if county is None:
        return
    if county["matter_count"]:
        first = county["matters"][0]
        url = reverse("stationing:escalations")
        note = f"{first.enterprise.name}：{first.text}"
        yield Task(_("联络员上报待答复"), url, county["matter_count"], today, note)
    if county["missing"]:
        note = _firms(county["missing"])
        url = reverse("stationing:board")
        yield Task(_("今日三数未报齐的企业"), url, len(county["missing"]), today, note)
    if county["gaps"].without_officer:
        url = reverse("stationing:roster") + "?gaps=1"
        yield Task(_("重点企业缺联络员"), url, county["gaps"].without_officer)


def arrears_tasks(request: HttpRequest) -> Iterator[Task]:
    """Months of the ledger the person's unit has not reported; claims against the unit to answer."""
    found = arrears_desk(request, None)
    if found is None:
        return
    for duty, month, due in found["missing"]:
        url = reverse("arrears:report", args=[duty.public_id, month.year, month.month])
        label = _("%(year)s年%(month)s月清欠台账待报") % {"year": month.year, "month": month.month}
        yield Task(label, url, due=due, note=duty.unit.name, is_late=due < clock.today())
    for claim in found["asked"]:
        url = reverse("arrears:claim", args=[claim.public_id])
        yield Task(_("被投诉的欠款待答复"), url, note=claim.contract_number)


def _firms(missing: Sequence[Missing]) -> str:
    return _names([row.enterprise.name for row in missing])


def _names(names: Sequence[str]) -> str:
    """The first few names; that there are more."""
    first = "、".join(names[:NAMED])
    return first if len(names) <= NAMED else _("%(names)s等") % {"names": first}


TASKS = (
    case_tasks,
    hotline_tasks,
    wording_tasks,
    stationing_tasks,
    arrears_tasks,
    grant_tasks,
    list_tasks,
    comparison_tasks,
    firm_claim_tasks,
    register_tasks,
    import_tasks,
    account_tasks,
)
