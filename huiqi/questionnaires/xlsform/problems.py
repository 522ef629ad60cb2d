"""What is wrong with an XLSForm, with the place Excel shows and what to do. Pure."""

from dataclasses import dataclass

from huiqi.core.messages import Message


@dataclass(frozen=True)
class Problem:
    """One thing to mend or to think about; `row` counts as Excel does, 0 is the whole sheet.

    `column` is the column's heading as the sheet has it. A page translates `said` and `advice`; `message`
    is both in Chinese.
    """

    sheet: str
    row: int
    column: str
    said: Message
    advice: Message = Message("")  # noqa: RUF009  immutable

    @property
    def message(self) -> str:
        return f"{self.said}{self.advice}"

    @property
    def as_json(self) -> dict[str, object]:
        """The shape the command line promises; an unknown row or column is null."""
        return {
            "sheet": self.sheet or None,
            "row": self.row or None,
            "column": self.column or None,
            "message": self.message,
        }

    def __str__(self) -> str:
        place = "".join(
            (
                f"工作表 {self.sheet}" if self.sheet else "",
                f"第{self.row}行" if self.row else "",
                f"“{self.column}”列" if self.column else "",
            )
        )
        return f"{place}：{self.message}" if place else self.message


def problem(place: tuple[str, int, str], said: str, advice: str = "", /, **values: object) -> Problem:
    """The problem of two msgids that share `values`."""
    sheet, row, column = place
    return Problem(sheet, row, column, Message(said, values), Message(advice, values if advice else {}))
