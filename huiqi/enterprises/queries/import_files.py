"""Tables an import hands out: the template to fill in, and the rows to mend."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from huiqi.enterprises.importing.fields import guess_all
from huiqi.enterprises.models import ImportRun
from huiqi.enterprises.queries.imports import table_of
from huiqi.enterprises.queries.statements import catalogue
from huiqi.files.sheets import Column, Kind
from huiqi.files.tables.values import Broken
from huiqi.reference.credit_codes import check_character

REASONS = "未导入的原因"
# An invented firm; its code is right by its check character, so that the line can be tried.
_EXAMPLE_CODE = "91430181MA0000000"
TEMPLATE = (
    ("企业名称", "示例防护用品有限公司"),
    ("统一社会信用代码", _EXAMPLE_CODE + check_character(_EXAMPLE_CODE)),
    ("登记状态", "存续"),
    ("所在市州", "长沙市"),
    ("所在县市区", "浏阳市"),
    ("所在园区", ""),
    ("行业代码", "C2770"),
    ("单位类型", "企业"),
    ("从业人员期末人数", "35"),
    ("营业收入（万元）", "1200.5"),
    ("资产总额（万元）", "860"),
    ("联系人", "王某"),
    ("联系电话", "0731-80000000"),
)


def template_table() -> tuple[list[Column], list[tuple[str, ...]]]:
    """Headings and one line that shows how they are filled in; all of it text, so that codes stay whole."""
    return [Column(heading, Kind.CODE) for heading, _example in TEMPLATE], [
        tuple(one for _h, one in TEMPLATE)
    ]


def rejected_table(run: ImportRun) -> tuple[list[Column], Iterator[Sequence[object]]]:
    """The rejected rows in their own layout, read again from the file, with a last column of reasons.

    Columns that must not be read (figures of tax and social insurance, numbers of persons) are left out.
    """
    reasons: dict[int, list[str]] = defaultdict(list)
    faults = run.faults.filter(is_remark=False).order_by("row", "pk")
    for row, column, reason in faults.values_list("row", "column", "reason"):
        reasons[row].append(f"{column}：{reason}" if column else reason)
    with table_of(run) as table:
        headings = [header.text for header in table.headers]
        guesses = guess_all(headings, catalogue(), table.preamble)
    places = [place for place, guess in enumerate(guesses) if not guess.refused]
    columns = [*(Column(headings[place], Kind.CODE) for place in places), Column(_(REASONS))]
    return columns, _rejected_rows(run, reasons, places)


def _rejected_rows(
    run: ImportRun, reasons: dict[int, list[str]], places: Sequence[int]
) -> Iterator[Sequence[object]]:
    with table_of(run) as table:
        for row in table.rows():
            if row.number in reasons:
                cells = (_written(row.values[place]) for place in places)
                yield (*cells, "；".join(reasons[row.number]))


def _written(value: object) -> object:
    """The cell as it stood; one that could not be read has nothing to be written again."""
    return None if isinstance(value, Broken) else value
