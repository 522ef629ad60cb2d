"""Reading and writing 100,000 rows of 12 columns: ours against the libraries. CPU seconds and peak memory.

python benchmarks/tables.py            every way, each in a process of its own
python benchmarks/tables.py read-ours  one of them
"""

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.conf import settings

from huiqi.files.sheets import Column, Kind, csv_pieces
from huiqi.files.tables.read import read_table
from huiqi.files.xlsx_writer import write_xlsx

ROWS = 100_000
FOLDER = Path(tempfile.gettempdir()) / "huiqi-tables"
BOOK = FOLDER / "firms.xlsx"
COLUMNS = [
    *(Column(text) for text in ("企业名称", "地址", "联系人", "是否规上", "备注")),
    *(Column(text, Kind.CODE) for text in ("统一社会信用代码", "行业代码", "县区", "电话")),
    Column("从业人数", Kind.NUMBER),
    Column("营业收入（万元）", Kind.WAN),
    Column("成立日期", Kind.DATE),
]
WAYS = ("write-ours", "write-csv", "write-openpyxl", "read-ours", "read-openpyxl", "read-calamine")


def rows() -> Iterator[list[object]]:
    """Synthetic firms, the same each time."""
    chance = random.Random(1)
    for number in range(ROWS):
        yield [
            f"湖南某某{number}有限公司",
            f"长沙市某某路{number}号",
            "张三",
            True,
            None,
            f"91430100MA4L{number:06d}",
            f"{chance.randint(1000, 9999)}",
            "430102",
            f"1380000{number % 10_000:04d}",
            chance.randint(1, 500),
            chance.randint(1, 10**9),
            date(2010, 1, 1),
        ]


def run(way: str) -> None:
    """One way, with its time."""
    started = time.process_time()
    globals()[way.replace("-", "_")]()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{way:15} {time.process_time() - started:6.1f} CPU s {memory:5d} MB")


def write_ours() -> None:
    with BOOK.open("wb") as file:
        write_xlsx(file, COLUMNS, rows(), watermark="水印：测试")


def write_csv() -> None:
    with (FOLDER / "firms.csv").open("wb") as file:
        file.writelines(csv_pieces(COLUMNS, rows(), watermark="水印：测试"))


def write_openpyxl() -> None:
    import openpyxl
    from openpyxl.cell import WriteOnlyCell

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("企业")
    for row in rows():
        cells = [WriteOnlyCell(sheet, value) for value in row]
        for cell in cells:
            if isinstance(cell.value, str):
                cell.number_format = "@"
        sheet.append(cells)
    book.save(FOLDER / "openpyxl.xlsx")


def read_ours() -> None:
    with read_table(BOOK) as table:
        assert sum(1 for _ in table.rows()) == ROWS


def read_openpyxl() -> None:
    import openpyxl

    book = openpyxl.load_workbook(BOOK, read_only=True, data_only=True)
    assert sum(1 for _ in book.worksheets[0].iter_rows(values_only=True)) == ROWS + 2


def read_calamine() -> None:
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(BOOK)
    assert sum(1 for _ in book.get_sheet_by_index(0).iter_rows()) == ROWS + 2


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    if len(sys.argv) > 1:
        settings.configure(USE_TZ=True)
        run(sys.argv[1])
    else:
        for one in WAYS:
            subprocess.run([sys.executable, __file__, one], check=True)
