"""Running the rulebook's own examples: what each expects, what the engine says, and why."""

from collections.abc import Iterable
from dataclasses import dataclass

from huiqi.rules.judge import Judge
from huiqi.rules.plan import Verdict
from huiqi.rules.policy import ExpectedCase, Policy, leaves
from huiqi.rules.rulebook import Rulebook

STATUS_NAMES = {
    "eligible": "符合",
    "ineligible": "不符合",
    "unknown": "待定",
    "not_in_force": "不在施行期",
    "draft": "草案",
}


@dataclass(frozen=True)
class CaseFailure:
    """A case that came out otherwise; `text` says what was expected, what came, and why."""

    policy: str
    case: ExpectedCase
    verdict: Verdict
    text: str


@dataclass(frozen=True)
class CaseReport:
    total: int
    failures: tuple[CaseFailure, ...]

    @property
    def failed(self) -> int:
        return len(self.failures)


def run_cases(rulebook: Rulebook, only: Iterable[str] | None = None) -> CaseReport:
    """Judge every case of the rulebook, or of some policies."""
    chosen = rulebook.policies.values() if only is None else [rulebook.policies[name] for name in only]
    failures: list[CaseFailure] = []
    total = 0
    for policy in chosen:
        for case in policy.cases:
            total += 1
            verdict = run_case(rulebook, policy, case)
            differences = _differences(case, verdict)
            if differences:
                text = f"{policy.id}「{case.name}」（cases.yaml 第{case.line}行）：{'；'.join(differences)}"
                failures.append(CaseFailure(policy.id, case, verdict, text + _reasons(policy, verdict)))
    return CaseReport(total, tuple(failures))


def run_case(rulebook: Rulebook, policy: Policy, case: ExpectedCase) -> Verdict:
    """The verdict of one case, on its day and as known then."""
    judge = Judge(rulebook, case.on, case.known_on, only=[policy.id])
    return judge.verdict(rulebook.catalogue.parse(case.facts), policy.id)


def _differences(case: ExpectedCase, verdict: Verdict) -> list[str]:
    found: list[str] = []
    if verdict.status != case.expect:
        found.append(f"应为{STATUS_NAMES[case.expect]}，实为{STATUS_NAMES[verdict.status]}")
    if verdict.amount_fen != case.amount_fen:
        found.append(f"金额应为{_fen(case.amount_fen)}，实为{_fen(verdict.amount_fen)}")
    for name, expected, got in (
        ("不通过", case.failed, verdict.failed),
        ("缺数据", case.unknown, verdict.unknown),
    ):
        if expected is not None and set(expected) != set(got):
            found.append(f"{name}的条件应为 {'、'.join(expected) or '无'}，实为 {'、'.join(got) or '无'}")
    return found


def _fen(amount: int | None) -> str:
    return "无金额" if amount is None else f"{amount}分"


def _reasons(policy: Policy, verdict: Verdict) -> str:
    if verdict.edition is None:
        return "。没有在施行期内的版本"
    texts = {leaf.id: leaf.text for leaf in leaves(policy.edition(verdict.edition).conditions)}
    said = [f"不通过：{texts[name]}（{name}）" for name in verdict.failed]
    said += [f"缺数据：{texts[name]}（{name}）" for name in verdict.unknown]
    return (
        f"。版本 {verdict.edition}；" + "；".join(said) if said else f"。版本 {verdict.edition}，各条件均通过"
    )
