"""Tables of firms for the tests of import: rows as people fill them in, written as .csv."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from huiqi.enterprises.tests.make import make_code

HEADINGS = [
    "企业名称",
    "统一社会信用代码",
    "所在县市区",
    "行业代码",
    "从业人员期末人数",
    "营业收入（万元）",
    "联系电话",
]


def firm_row(number: int, **other: Any) -> list[Any]:
    """A sound row about firm `number`; `other` replaces cells by heading."""
    row = {
        "企业名称": f"演示第{number}号防护用品有限公司",
        "统一社会信用代码": make_code(number),
        "所在县市区": "浏阳市",
        "行业代码": "C2770",
        "从业人员期末人数": 35,
        "营业收入（万元）": "1200.5",
        "联系电话": "13800000000",
    }
    return list({**row, **other}.values())


def csv_bytes(
    rows: Iterable[Sequence[Any]], headings: Sequence[str] = HEADINGS, encoding: str = "utf-8-sig"
) -> bytes:
    """The table as a file's content."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([headings, *rows])
    return text.getvalue().encode(encoding)


def csv_upload(
    rows: Iterable[Sequence[Any]], headings: Sequence[str] = HEADINGS, name: str = "企业.csv"
) -> SimpleUploadedFile:
    """The table as a browser sends it."""
    return SimpleUploadedFile(name, csv_bytes(rows, headings), "text/csv")
