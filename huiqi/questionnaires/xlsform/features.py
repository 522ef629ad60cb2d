"""What an XLSForm asks for beyond types and formulas: looks, media, parameters, settings. Pure."""

from collections.abc import Iterator

from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.xform.support import (
    DEVICE_TYPES,
    DRAWN_APPEARANCES,
    MEDIA_COLUMNS,
    refused_appearance,
)
from huiqi.questionnaires.xlsform.problems import Problem, problem
from huiqi.questionnaires.xlsform.sheets import SETTINGS, SURVEY, Book
from huiqi.questionnaires.xlsform.survey import Line, Outline

_REFUSED_COLUMNS = {
    "save_to": gettext_noop("实体 (entities)"),
    "intent": gettext_noop("外部应用"),
    "autoplay": gettext_noop("自动播放"),
}
_REFUSED_PARAMETERS = {"app": gettext_noop("外部应用")}
_ENCRYPTION = frozenset({"public_key", "submission_url", "auto_send", "auto_delete"})


def refused_features(book: Book, outline: Outline) -> Iterator[Problem]:
    """Everything that is not supported, by its name."""
    for line in outline.lines:
        yield from _looks(line, outline)
        yield from _columns(line, outline)
        yield from _parameters(line, outline)
    settings = book.sheet(SETTINGS)
    for row in settings.rows:
        for name in sorted(_ENCRYPTION):
            for column, _text in settings.all(row, name):
                said = gettext_noop("不支持设置 %(name)s（加密表单、另设提交地址）。")
                advice = gettext_noop("请清空这一格。")
                yield problem((SETTINGS, row.number, column.header), said, advice, name=name)


def _looks(line: Line, outline: Outline) -> Iterator[Problem]:
    for column, text in outline.sheet.all(line.row, "appearance"):
        for word in text.split():
            what = refused_appearance(word)
            if what:
                said = gettext_noop("不支持外观 %(word)s（%(what)s）。")
                values = {"word": word[:60], "what": Message(what)}
                place = (SURVEY, line.row.number, column.header)
                yield problem(place, said, gettext_noop("请删去，或改用别的题型。"), **values)


def _columns(line: Line, outline: Outline) -> Iterator[Problem]:
    for name in sorted(MEDIA_COLUMNS):
        for column, _text in outline.sheet.all(line.row, name):
            said = gettext_noop("不支持题目里的图片、声音、视频。")
            yield problem((SURVEY, line.row.number, column.header), said, gettext_noop("请改用文字说明。"))
    for name, what in _REFUSED_COLUMNS.items():
        for column, _text in outline.sheet.all(line.row, name):
            said = gettext_noop("不支持 %(name)s（%(what)s）。")
            place = (SURVEY, line.row.number, column.header)
            yield problem(place, said, gettext_noop("请清空这一格。"), name=name, what=Message(what))


def _parameters(line: Line, outline: Outline) -> Iterator[Problem]:
    for column, text in outline.sheet.all(line.row, "parameters"):
        for part in text.replace(";", " ").replace(",", " ").split():
            name = part.partition("=")[0]
            if name in _REFUSED_PARAMETERS:
                said = gettext_noop("不支持参数 %(name)s（%(what)s）。")
                values = {"name": name, "what": Message(_REFUSED_PARAMETERS[name])}
                place = (SURVEY, line.row.number, column.header)
                yield problem(place, said, gettext_noop("请删去这个参数。"), **values)


def plain_looks(outline: Outline) -> Iterator[Problem]:
    """Warnings: looks that are drawn plainly here, and what only a telephone fills in."""
    for line in outline.lines:
        for column, text in outline.sheet.all(line.row, "appearance"):
            for word in text.split():
                if word not in DRAWN_APPEARANCES and not refused_appearance(word):
                    said = gettext_noop("外观 %(word)s 在网页上按普通样式显示。")
                    yield problem((SURVEY, line.row.number, column.header), said, "", word=word[:60])
        if line.type in DEVICE_TYPES:
            said = gettext_noop("%(type)s 只有手机客户端能填，网页填写时留空。")
            place = (SURVEY, line.row.number, outline.sheet.header("type"))
            yield problem(place, said, "", type=line.type)
