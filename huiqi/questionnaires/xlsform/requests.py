"""The sheet `requests`: which answers become offers to open a request. Pure.

Columns: `when` (a formula over answers), `item` and `topic` of the service item, `title` and `text`
(templates with `${name}`), `attach` (names of the questions shown to who handles it; blank: all that was
answered), `fields` (what is filled into the item's own fields, one `id=template` a line).
"""

from collections.abc import Iterator

from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.xlsform.formulas import REFERENCE
from huiqi.questionnaires.xlsform.meanings import Known
from huiqi.questionnaires.xlsform.problems import Problem, problem
from huiqi.questionnaires.xlsform.sheets import REQUESTS, Book, Row
from huiqi.questionnaires.xlsform.survey import Outline
from huiqi.questionnaires.xpath.compiling import check
from huiqi.questionnaires.xpath.problems import XPathError
from huiqi.questionnaires.xpath.syntax import parse

COLUMNS = ("when", "item", "topic", "title", "text", "attach", "fields")
TITLE_LENGTH = 80
# A heading `title` is known by the name it has on the settings sheet.
_KNOWN_AS = {"title": "form_title"}
_NEEDED = ("when", "item", "topic", "title")


def read_requests(
    book: Book, outline: Outline, known: Known | None, problems: list[Problem]
) -> list[dict[str, str]]:
    """The rules as they go into the XForm; what is wrong is told with row and column."""
    return list(_Reader(book, outline, known, problems).rules())


class _Reader:
    def __init__(self, book: Book, outline: Outline, known: Known | None, problems: list[Problem]) -> None:
        self._sheet = book.sheet(REQUESTS)
        self._outline = outline
        self._known = known
        self._problems = problems

    def rules(self) -> Iterator[dict[str, str]]:
        for column in self._sheet.columns:
            if column.name not in COLUMNS and column.name not in _KNOWN_AS.values():
                said = gettext_noop("requests 工作表没有“%(name)s”这一列。")
                advice = gettext_noop("可用的列：%(known)s。")
                self._told(
                    (REQUESTS, 1, column.header), said, advice, name=column.header, known="、".join(COLUMNS)
                )
        for row in self._sheet.rows:
            before = len(self._problems)
            given = {name: self._sheet.get(row, _KNOWN_AS.get(name, name)) for name in COLUMNS}
            self._check_needed(row, given)
            self._check_item(row, given)
            when = self._condition(row, given["when"]) if given["when"] else ""
            for name in ("title", "text", "fields"):
                self._check_names(row, name, REFERENCE.findall(given[name]))
            self._check_names(row, "attach", given["attach"].split())
            if len(self._problems) == before:
                says = given.pop("title")
                # The key stays while the rule says the same, so that an answer finds its case again.
                key = f"{given['item']}.{given['topic']}.{row.number}"[:40]
                yield {**given, "when": when, "says": says, "key": key}

    def _check_needed(self, row: Row, given: dict[str, str]) -> None:
        for name in _NEEDED:
            if not given[name]:
                said = gettext_noop("这一行没有写 %(name)s。")
                self._tell(row, name, said, gettext_noop("请填写，或删去整行。"), name=name)
        if len(given["title"]) > TITLE_LENGTH:
            said = gettext_noop("标题超过%(most)s个字。")
            self._tell(row, "title", said, gettext_noop("请写短。"), most=TITLE_LENGTH)

    def _check_item(self, row: Row, given: dict[str, str]) -> None:
        items = self._known.items if self._known is not None else None
        if items is None or not given["item"]:
            return
        item = items.get(given["item"])
        if item is None:
            said = gettext_noop("没有开放的事项“%(item)s”。")
            advice = gettext_noop("现有：%(known)s。")
            self._tell(row, "item", said, advice, item=given["item"][:40], known="、".join(sorted(items)))
            return
        if given["topic"] and given["topic"] not in item.topics:
            said = gettext_noop("事项 %(item)s 没有主题“%(topic)s”。")
            advice = gettext_noop("现有：%(known)s。")
            values = {
                "item": given["item"],
                "topic": given["topic"][:40],
                "known": "、".join(sorted(item.topics)),
            }
            self._tell(row, "topic", said, advice, **values)
        for line in given["fields"].splitlines():
            name = line.partition("=")[0].strip()
            if name and name not in item.fields:
                said = gettext_noop("事项 %(item)s 没有“%(field)s”这一栏。")
                advice = gettext_noop("每行写作 栏目代号=内容，如 what=口罩。")
                self._tell(row, "fields", said, advice, item=given["item"], field=name[:40])

    def _condition(self, row: Row, text: str) -> str:
        """The formula with paths in the place of names."""
        names = REFERENCE.findall(text)
        self._check_names(row, "when", names)
        try:
            check(parse(text))
        except XPathError as error:
            place = (REQUESTS, row.number, self._sheet.header("when"))
            self._problems.append(Problem(*place, error.said, error.advice))
            return ""
        return REFERENCE.sub(lambda match: self._path(match[1]), text)

    def _path(self, name: str) -> str:
        lines = self._outline.named.get(name, [])
        return lines[0].path if lines else ""

    def _check_names(self, row: Row, column: str, names: list[str]) -> None:
        for name in names:
            lines = self._outline.named.get(name, [])
            if len(lines) != 1 or lines[0].begins or lines[0].repeats:
                said = gettext_noop("引用的 ${%(name)s} 没有对应的题目，或在重复组里。")
                self._tell(
                    row, column, said, gettext_noop("请核对 survey 工作表的 name 列。"), name=name[:60]
                )

    def _tell(self, row: Row, column: str, said: str, advice: str, /, **values: object) -> None:
        self._told(
            (REQUESTS, row.number, self._sheet.header(_KNOWN_AS.get(column, column))), said, advice, **values
        )

    def _told(self, place: tuple[str, int, str], said: str, advice: str, /, **values: object) -> None:
        self._problems.append(problem(place, said, advice, **values))
