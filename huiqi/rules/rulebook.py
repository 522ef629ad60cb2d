"""The rulebook: a folder of law as content, read whole and refused whole when anything is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from huiqi.rules.cases_file import read_cases
from huiqi.rules.catalogue import Catalogue
from huiqi.rules.documents import read_document
from huiqi.rules.facts_file import read_catalogue
from huiqi.rules.policy import Policy, excluded_by
from huiqi.rules.policy_file import POLICY_ID, read_policy
from huiqi.rules.problems import Problem, RulebookError
from huiqi.rules.programs import ProgramCache
from huiqi.rules.sections import Report
from huiqi.rules.wording import shown

MAX_PROGRAMS = 256  # one whole program takes some 150 kB
MAX_POLICIES = 2000
# Content of other kinds that lives beside the policies and has readers of its own.
ASIDE = frozenset({"services", "questionnaires"})


@dataclass(frozen=True)
class Rulebook:
    """Policies by id, in the order of their ids, over one catalogue of facts.

    `warnings` are faults that do not forbid its use, such as a comparison that is always true.
    """

    catalogue: Catalogue
    policies: Mapping[str, Policy]
    warnings: tuple[Problem, ...] = ()
    programs: ProgramCache = field(
        default_factory=lambda: ProgramCache(MAX_PROGRAMS), compare=False, repr=False
    )


def load_rulebook(path: Path | str) -> Rulebook:
    """Read a rulebook folder. Raises RulebookError with every problem of every file."""
    root = Path(path)
    if not root.is_dir():
        raise RulebookError([Problem(str(root), "没有这个规则目录", "请核对路径")])
    if not (root / "facts.yaml").exists() and not any(root.glob("*/policy.yaml")):
        remedy = "规则目录内有 facts.yaml，每项政策一个目录；请核对是否指对了目录"
        raise RulebookError([Problem(str(root), "不是规则目录", remedy)])
    catalogue, problems = read_catalogue(root / "facts.yaml")
    policies: dict[str, Policy] = {}
    warnings: list[Problem] = []
    folders = _policy_folders(root, problems)
    for folder in folders:
        policy, found, noticed = _read_folder(folder, catalogue)
        problems += found
        warnings += noticed
        if policy is not None:
            policies[policy.id] = policy
    problems += _exclusion_faults(policies, {folder.name for folder in folders})
    if not policies and not problems:
        problems.append(
            Problem(str(root), "规则目录里没有政策", "每项政策一个目录，内有 policy.yaml 和 cases.yaml")
        )
    if problems or catalogue is None:
        raise RulebookError(dict.fromkeys(problems))
    return Rulebook(catalogue, policies, tuple(dict.fromkeys(warnings)))


def _policy_folders(root: Path, problems: list[Problem]) -> list[Path]:
    folders: list[Path] = []
    for path in sorted(root.iterdir()):
        if path.name.startswith((".", "_")) or path.name in ASIDE:
            continue
        if path.is_symlink():
            problems.append(Problem(path.name, "是符号链接", "规则目录中请放文件本身"))
        elif path.is_dir():
            folders.append(path)
            if not POLICY_ID.fullmatch(path.name):
                problems.append(Problem(path.name, "不能作政策目录名", "用小写字母、数字和短横线"))
    if len(folders) > MAX_POLICIES:
        raise RulebookError([Problem(str(root), f"政策超过{MAX_POLICIES}项", "请核对是否指对了目录")])
    return folders


def _exclusion_faults(policies: Mapping[str, Policy], folders: set[str]) -> list[Problem]:
    """Exclusions of what does not exist, of itself, or that the other policy does not know of."""
    problems: list[Problem] = []
    for policy in policies.values():
        place = f"{policy.id}/policy.yaml benefit.excludes_policies"
        for name in excluded_by(policy):
            other = policies.get(name)
            if name == policy.id:
                problems.append(Problem(place, "政策排斥自己", "请删去本政策的名称"))
            elif name not in folders:
                close = get_close_matches(name, sorted(folders), n=1)
                remedy = f"是否指 {close[0]}" if close else "请写规则目录中的政策名"
                problems.append(Problem(place, f"没有政策“{shown(name)}”", remedy))
            elif other is not None and policy.id not in excluded_by(other):
                remedy = f"请在 {name} 的 excludes_policies 里也写上 {policy.id}"
                problems.append(Problem(place, f"与“{name}”的排斥只写了一方", remedy))
    return problems


def _read_folder(
    folder: Path, catalogue: Catalogue | None
) -> tuple[Policy | None, list[Problem], list[Problem]]:
    name = f"{folder.name}/policy.yaml"
    document, problems = read_document(folder / "policy.yaml", name)
    policy: Policy | None = None
    warnings: list[Problem] = []
    if document is not None:
        report = Report(name)
        policy, warnings = read_policy(document, folder.name, catalogue, report)
        problems = report.problems
    cases, found = read_cases(folder / "cases.yaml", f"{folder.name}/cases.yaml", catalogue, policy)
    if policy is not None:
        policy = Policy(**{**policy.__dict__, "cases": cases})
    return policy, problems + found, warnings
