"""What can be wrong with a table, always with the place a person can go to and what to do there. Pure."""

from dataclasses import dataclass

from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop

NO_REMEDY = Message("")


def column_letter(column: int) -> str:
    """Excel's name of a column counted from 1: 1 is A, 27 is AA."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True)
class TableProblem:
    """One thing that is wrong, located as Excel shows it; `row` and `column` count from 1, 0 is unknown.

    `kind` is stable and meant for programs (`files.hidden_rows`). `said` and `advice` are what a page
    translates; `message` and `remedy` are the same in Chinese.
    """

    kind: str
    said: Message
    advice: Message = NO_REMEDY
    sheet: str = ""
    row: int = 0
    column: int = 0

    @property
    def message(self) -> str:
        return str(self.said)

    @property
    def remedy(self) -> str:
        return str(self.advice)

    @property
    def place(self) -> Message:
        """Where it is: 工作表“企业”第5行B列, as far as known."""
        return place_of(self.sheet, self.row, self.column)

    def __str__(self) -> str:
        where = str(self.place)
        return f"{where}：{self.message}{self.remedy}" if where else f"{self.message}{self.remedy}"


def place_of(sheet: str, row: int, column: int) -> Message:
    """The words for a place in a table; an empty message when nothing is known."""
    values = {"sheet": sheet, "row": row, "column": column_letter(column)}
    if sheet and row and column:
        return Message(gettext_noop("工作表“%(sheet)s”第%(row)s行%(column)s列"), values)
    if row and column:
        return Message(gettext_noop("第%(row)s行%(column)s列"), values)
    if sheet and row:
        return Message(gettext_noop("工作表“%(sheet)s”第%(row)s行"), values)
    if row:
        return Message(gettext_noop("第%(row)s行"), values)
    return Message(gettext_noop("工作表“%(sheet)s”"), values) if sheet else NO_REMEDY


class TableRefused(Refused):
    """The table cannot be read as a whole; `code` is `files.…`, `problem` says where and what to do.

    `choices` holds what the reader may choose from (names of sheets) when the refusal asks for a choice.
    """

    def __init__(self, problem: TableProblem, choices: tuple[str, ...] = ()) -> None:
        whole = gettext_noop("%(said)s%(advice)s")
        values: dict[str, object] = {"said": problem.said, "advice": problem.advice}
        if str(problem.place):
            whole = gettext_noop("%(place)s：%(said)s%(advice)s")
            values["place"] = problem.place
        super().__init__(problem.kind, Message(whole, values))
        self.problem = problem
        self.choices = choices


class WrongCell(ValueError):  # noqa: N818  what a person typed, not a fault of the program
    """One cell does not hold what its column asks for; `problem` is located and shows right input."""

    def __init__(self, problem: TableProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def refuse(kind: str, said: str, advice: str = "", **values: object) -> TableRefused:
    """The refusal of a whole file; `said` and `advice` are msgids that share `values`."""
    return TableRefused(
        TableProblem(f"files.{kind}", Message(said, values), Message(advice, values) if advice else NO_REMEDY)
    )


def damaged(row: int = 0, sheet: str = "") -> TableRefused:
    """The one refusal for everything that breaks off or makes no sense."""
    return TableRefused(
        TableProblem(
            "files.damaged",
            Message(gettext_noop("文件不完整或已损坏，读不下去。")),
            Message(
                gettext_noop(
                    "请用 Excel 或 WPS 打开原文件，另存为 .xlsx 后重新上传；打不开就请重新下载或导出。"
                )
            ),
            sheet=sheet,
            row=row,
        )
    )


def encrypted() -> TableRefused:
    """The refusal of a workbook with a password to open."""
    return refuse(
        "encrypted",
        gettext_noop("文件设了打开密码，系统读不了。"),
        gettext_noop("请在 Excel 或 WPS 中取消打开密码，另存后重新上传。"),
    )


def macros() -> TableRefused:
    """The refusal of a workbook with programs in it."""
    return refuse(
        "macros",
        gettext_noop("文件里有宏（自动运行的程序），为安全起见没有读取。"),
        gettext_noop("请另存为不含宏的 .xlsx 后重新上传。"),
    )
