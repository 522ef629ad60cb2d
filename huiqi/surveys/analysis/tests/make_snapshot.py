"""A snapshot with every kind of column, and the rows in it."""

from huiqi.surveys.analysis.codebook import Codebook, Kind, Question
from huiqi.surveys.analysis.snapshot import open_snapshot, write_snapshot
from huiqi.surveys.analysis.tests.make import COUNTY, SECTION, several, single

STATUS = single("status", "已复工", "未复工", label="当前复工状态")
WANT = several("want", "减税", "融资", "房租")
STAFF = Question("staff", "职工人数", Kind.INTEGER, unit="人")
RATE = Question("rate", "到岗率", Kind.DECIMAL, unit="%")
SAID = Question("said", "其他困难", Kind.TEXT)
BOOK = Codebook("疫情影响问卷", (STATUS, WANT, STAFF, RATE, SAID), (SECTION, COUNTY))
LONG = "房租压力很大，" * 60  # 1260 bytes: longer than one variable of SPSS holds
ROWS = (
    {
        "unit": 7,
        "weight": 2.5,
        "section": "section0",
        "county": "county1",
        "status": "status1",
        "want": ["want0", "want2"],
        "staff": 12,
        "rate": 62.5,
        "said": LONG,
    },
    {
        "unit": 9,
        "weight": 1.0,
        "section": "section2",
        "county": None,
        "status": None,
        "want": [],
        "staff": None,
        "rate": None,
        "said": "",
    },
    {
        "unit": 8,
        "weight": 4.0,
        "section": "section1",
        "county": "county3",
        "status": "status0",
        "want": None,
        "staff": 0,
        "rate": 0.0,
        "said": "没有",
    },
)


def make_snapshot(folder, rows=ROWS, codebook=BOOK, **more):
    path = folder / "wave.parquet"
    write_snapshot(path, codebook, rows, **more)
    return open_snapshot(path)
