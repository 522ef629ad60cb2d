"""`huiqi questionnaire compile|validate|template`: a file checked, an answer judged, a template written."""

import io
import sys
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.core.dates import parse_date, readable
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.queries.known import known_here
from huiqi.questionnaires.queries.shipped import shipped, shipped_book
from huiqi.questionnaires.xform.definition import Form, FormError, Kind
from huiqi.questionnaires.xform.reading import all_questions, read_form
from huiqi.questionnaires.xform.safe_xml import MOST_FORM_BYTES, MOST_SUBMISSION_BYTES, XmlRefused
from huiqi.questionnaires.xform.validation import Judgement, validate
from huiqi.questionnaires.xlsform.compiling import Compiled, compile_xlsform
from huiqi.questionnaires.xlsform.problems import Problem
from huiqi.questionnaires.xlsform.readable import to_xlsx
from huiqi.questionnaires.xlsform.sheets import SETTINGS, Book

LONGEST_PATH_SHOWN = 200
_XML_STARTS = (b"<", b"\xef\xbb\xbf<")


class Command(HuiqiCommand):
    help = "检查问卷文件，核对答卷"

    def add_arguments(self, parser: CommandParser) -> None:
        group = parser.add_subparsers(dest="act", required=True, metavar="{compile,validate,template}")
        compile_ = self.subparser(group, "compile", "检查并编译一份 XLSForm 问卷 (.xlsx)")
        compile_.add_argument("file", metavar="FILE", help="XLSForm (.xlsx)，或 XForm (.xml)")
        judge = self.subparser(group, "validate", "按问卷核对一份答卷")
        judge.add_argument("form", metavar="FORM", help="XLSForm (.xlsx) 或 XForm (.xml)")
        judge.add_argument("submission", metavar="SUBMISSION.xml", help="提交的答卷 (XML)")
        template = self.subparser(group, "template", "列出随系统提供的问卷，或写成 XLSForm (.xlsx)")
        template.add_argument("name", metavar="NAME", nargs="?", help="问卷名，如 impact；不写则列出全部")
        template.add_argument("out", metavar="OUT.xlsx", nargs="?", help="写到哪个文件")
        judge.add_argument("--on", metavar="D", help="today() 按哪一天，如 2020-03-01（默认今天）")

    def handle(self, *args: Any, **options: Any) -> None:
        as_json = bool(options["as_json"])
        if options["act"] == "compile":
            compiled = _compiled(options["file"])
            self.answer(compiled.as_json, _compiled_words(compiled), as_json=as_json)
            if not compiled.is_ok:
                sys.exit(1)
            return
        if options["act"] == "template":
            self._template(options["name"], options["out"], as_json)
            return
        self._validate(options, as_json)

    def _template(self, name: str | None, out: str | None, as_json: bool) -> None:
        known = {path.stem: path for path in shipped()}
        if name is None:
            listed = [{"name": stem, "title": _title(shipped_book(path))} for stem, path in known.items()]
            lines = (f"{one['name']}：{one['title']}" for one in listed)
            self.answer(listed, "\n".join(lines), as_json=as_json)
            return
        if name not in known:
            said = gettext_noop("没有问卷 %(name)s。可用的有：%(known)s。")
            values = {"name": readable(name, LONGEST_PATH_SHOWN), "known": "、".join(known)}
            raise Refused("questionnaires.no_template", Message(said, values))
        target = Path(out or f"{name}.xlsx")
        try:
            target.write_bytes(to_xlsx(shipped_book(known[name])))
        except OSError as error:
            said = gettext_noop("写不了文件 %(path)s，请核对路径。")
            raise Refused("questionnaires.unwritable_file", Message(said, {"path": str(target)})) from error
        self.answer({"file": str(target)}, f"已写入 {target}", as_json=as_json)

    def _validate(self, options: dict[str, Any], as_json: bool) -> None:
        today, now = _clock(options["on"])
        raw = _read(options["submission"], MOST_SUBMISSION_BYTES)
        compiled = _compiled(options["form"])
        if compiled.form is None or not compiled.is_ok:
            lines = "\n".join(f"· {one}" for one in compiled.problems)
            self.fail(f"问卷有{len(compiled.problems)}处需要修改，没有核对答卷：\n{lines}")
            return
        judgement = validate(compiled.form, raw, today=today, now=now)
        self.answer(_judgement_json(judgement), _judgement_words(judgement), as_json=as_json)
        if not judgement.is_ok:
            sys.exit(1)


def _title(book: Book) -> str:
    settings = book.sheet(SETTINGS)
    return settings.get(settings.rows[0], "form_title")


def _clock(on: str | None) -> tuple[date, datetime]:
    now = clock.now()
    if on is None:
        return clock.today(), now
    day = parse_date(on)
    return day, datetime.combine(day, time(12), tzinfo=now.tzinfo)


def _compiled(path: str) -> Compiled:
    raw = _read(path, MOST_FORM_BYTES)
    if not raw.lstrip().startswith(_XML_STARTS):
        return compile_xlsform(io.BytesIO(raw), known_here(asks_items=False))
    try:
        form = read_form(raw)
    except XmlRefused as refused:
        return Compiled(problems=(Problem("", 0, "", refused.said),))
    except FormError as error:
        said = gettext_noop("%(path)s %(said)s")
        problems = (
            Problem(
                "", 0, fault.aspect, Message(said, {"path": fault.path, "said": fault.said}), fault.advice
            )
            for fault in error.faults
        )
        return Compiled(problems=tuple(problems))
    return Compiled(form.title, _asked(form), xform=raw.decode("utf-8", "replace"), form=form)


def _asked(form: Form) -> int:
    return sum(1 for question in all_questions(form) if question.kind is not Kind.NOTE)


def _read(path: str, most: int) -> bytes:
    """The file's bytes, one more than may be read so that too much is told by who reads it."""
    shown = readable(path, LONGEST_PATH_SHOWN)
    try:
        with Path(path).open("rb") as file:
            return file.read(most + 1)
    except (OSError, ValueError) as error:
        reasons: dict[type[Exception], str] = {
            FileNotFoundError: "没有这个文件",
            IsADirectoryError: "是目录，不是文件",
            PermissionError: "没有读取权限",
        }
        reason = reasons.get(type(error), "读不出来")
        raise Refused("questionnaires.unreadable_file", f"{shown} {reason}，请核对路径。") from error


def _compiled_words(compiled: Compiled) -> str:
    lines = [f"{compiled.title or '（无标题）'}：{compiled.questions}道题。"]
    lines += [f"错误：{one}" for one in compiled.problems]
    lines += [f"提醒：{one}" for one in compiled.warnings]
    lines.append("可以使用。" if compiled.is_ok else f"有{len(compiled.problems)}处要修改后才能使用。")
    return "\n".join(lines)


def _judgement_json(judgement: Judgement) -> dict[str, object]:
    violations = [
        {"path": one.path, "kind": one.kind.value, "message": one.message} for one in judgement.violations
    ]
    return {"ok": judgement.is_ok, "violations": violations}


def _judgement_words(judgement: Judgement) -> str:
    lines = [f"{one.path}：{one.message}" for one in judgement.violations]
    lines.append("答卷符合问卷的要求。" if judgement.is_ok else "答卷不符合问卷的要求。")
    return "\n".join(lines)
