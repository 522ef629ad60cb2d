"""A table of firms judged into a table of verdicts, both Parquet: what `huiqi rulebook run` does."""

from datetime import date
from pathlib import Path

from huiqi.core.dates import readable
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.rules.columnar.table import TableSource
from huiqi.rules.columnar.verdicts import write_verdicts
from huiqi.rules.judge import Judge
from huiqi.rules.rulebook import Rulebook

LONGEST_PATH_SHOWN = 200


def judge_table(
    rulebook: Rulebook, facts: Path, out: Path, on: date, known_on: date | None, backend: str
) -> dict[str, object]:
    """Judge every row of `facts` and write `out`; counts of what was done.

    Raises Refused when a path will not do, FactsError for what the table holds wrongly.
    """
    if not facts.is_file():
        raise _refused(facts, gettext_noop("%(path)s 不是文件或不存在，请核对路径。"))
    if out.is_dir() or not out.parent.is_dir():
        raise _refused(out, gettext_noop("%(path)s 不能作为输出文件，请给出已有目录中的文件名。"))
    if out.resolve() == facts.resolve():
        raise _refused(out, gettext_noop("%(path)s 就是输入文件，请换一个输出文件名。"))
    judge = Judge(rulebook, on, known_on)
    source = TableSource([facts], rulebook.catalogue)
    try:
        verdicts = write_verdicts(judge, source, out, backend)
    except OSError as error:
        raise _refused(out, gettext_noop("%(path)s 写不进去，请核对权限和剩余空间。")) from error
    return {
        "enterprises": verdicts // max(len(judge.plans), 1),
        "policies": len(judge.plans),
        "verdicts": verdicts,
        "backend": backend,
    }


def _refused(path: Path, template: str) -> Refused:
    shown = readable(str(path), LONGEST_PATH_SHOWN)
    return Refused("policies.unusable_path", Message(template, {"path": shown}))
