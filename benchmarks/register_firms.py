"""Synthetic firms for benchmarks, quickly: rows of the register, the same for the same number.

Names are made of a place, two or three characters, a trade and a form, as in the market register; shares of
counties, industries and sizes are roughly those of a Chinese province, in no particular order on disk.
"""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import accumulate, islice
from typing import Any

from django.db import connection, transaction

from huiqi.accounts.models import Unit, UnitKind
from huiqi.enterprises import search_index
from huiqi.enterprises.models import Enterprise, Filing, Statement
from huiqi.enterprises.search_text import search_text
from huiqi.reference.credit_codes import check_character
from huiqi.reference.models import Division, Industry
from huiqi.reference.pinyin import pinyin_of

CHUNK = 20_000
SYLLABLES = list("嘉鑫恒瑞宏泰华盛通达金源博远天润康美顺兴德隆万佳星锐创卓诚信立丰福海湘楚岳麓云")
TRADES = (
    ("贸易", 14), ("科技", 13), ("建材", 6), ("食品", 6), ("农业", 6), ("餐饮", 5), ("物流", 5), ("机械", 5),
    ("建筑工程", 5), ("电子", 4), ("文化传媒", 4), ("商贸", 8), ("汽车服务", 3), ("医疗器械", 2), ("花炮", 1),
    ("信息技术", 4), ("生态农业", 2), ("酒店管理", 2), ("服饰", 2), ("化工", 2), ("口罩防护用品", 1),
)  # fmt: skip
FORMS = (("有限公司", 70), ("有限责任公司", 18), ("股份有限公司", 2), ("商行", 6), ("厂", 4))
SIZES = (("micro", 78), ("small", 12), ("medium", 1), ("large", 0.2), ("unclassified", 1.8), (None, 7))
RARE = {
    "key_supplier_national": 3e-4,
    "key_supplier_local": 5e-4,
    "tax_key_supplier_list": 3e-4,
    "provincial_key_contact": 4e-4,
    "provincial_sme_title": 2e-3,
    "provincial_title_valid": 3e-3,
    "chain_backbone": 1e-3,
    "five_hundred_project": 5e-4,
    "severe_dishonesty": 4e-3,
}
FIELDS = (
    "id", "version", "public_id", "name", "initials", "search_text", "credit_code", "registration", "park_id",
    "is_synthetic", "created_at", "current_on", "current_until", "province", "prefecture", "gb4754",
    "org_type", "employees", "revenue", "assets", "size_class", *RARE,
)  # fmt: skip


class Dice:
    """Picks by weight, quickly."""

    def __init__(self, dice: random.Random, pairs: Any) -> None:
        self.values = [value for value, _ in pairs]
        self.bounds = list(accumulate(weight for _, weight in pairs))
        self.dice = dice

    def roll(self) -> Any:
        """One of the values."""
        return self.dice.choices(self.values, cum_weights=self.bounds)[0]


def rows(count: int, first: int = 1) -> Iterator[tuple[Any, ...]]:
    """`count` rows in the order of FIELDS."""
    dice = random.Random(2020)  # noqa: S311
    counties = list(
        Division.objects.filter(level="county", valid_to=None).order_by("code").values_list("code", "name")
    )
    classes = list(Industry.objects.filter(level=4).order_by("code").values_list("code", flat=True))
    # The provincial capital has a third, other counties less and less.
    where = Dice(
        dice, [(pair, 6 if pair[0].startswith("4301") else 1 + (at % 3)) for at, pair in enumerate(counties)]
    )
    trade, form, size = Dice(dice, TRADES), Dice(dice, FORMS), Dice(dice, SIZES)
    industry = Dice(dice, [(code, 8 if code[:2] in {"51", "52"} else 1) for code in classes])
    parks = list(Unit.objects.filter(kind=UnitKind.PARK).order_by("pk").values_list("pk", flat=True)) or [
        None
    ]
    letters = {
        word: pinyin_of(word)[1] for word in (*SYLLABLES, *(t for t, _ in TRADES), *(f for f, _ in FORMS))
    }
    letters |= {name: pinyin_of(name)[1] for _, name in counties}
    letters |= {"湖南": "hn", "湖南省": "hns"}
    at, day, until = datetime(2020, 2, 20, tzinfo=UTC), date(2020, 3, 1), date(2020, 12, 30)
    for pk in range(first, first + count):
        code, county = where.roll()
        city = "湖南" if dice.random() < 0.25 else "湖南省" if dice.random() < 0.05 else county
        parts = [city, *dice.sample(SYLLABLES, dice.choice((2, 2, 3))), trade.roll(), form.roll()]
        name, initials = "".join(parts), "".join(letters[part] for part in parts)
        body = f"91{code}MA{pk:07d}"
        credit_code = body + check_character(body)
        size_class = size.roll()
        lacking = size_class is None
        people = None if lacking and dice.random() < 0.5 else dice.randint(1, 80)
        yield (
            pk, 1, f"b{pk:015d}", name, initials, search_text(name, initials, credit_code), credit_code,
            "active" if dice.random() > 0.04 else dice.choice(("cancelled", "revoked", "suspended")),
            dice.choice(parks) if dice.random() < 0.03 else None, True, at, day, until, "430000", code,
            None if lacking and dice.random() < 0.3 else industry.roll(),
            "individual" if parts[-1] == "商行" else "enterprise",
            people,
            None if lacking else dice.randint(10**6, 10**11),
            None if lacking else dice.randint(10**6, 10**11),
            size_class, *(True if dice.random() < share else None for share in RARE.values()),
        )  # fmt: skip


def load(count: int) -> None:
    """Fill the empty register; the search index is built at the end."""
    search_index.FIRMS.remove(connection)
    stream = rows(count)
    while chunk := list(islice(stream, CHUNK)):
        _insert(Enterprise, FIELDS, chunk)
    search_index.FIRMS.install(connection)
    load_statements(range(1, min(count, 4000), 2))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def load_statements(firms: range) -> None:
    """Forty statements each for these firms: more than most will ever have."""
    at = datetime(2020, 2, 20, tzinfo=UTC)
    filing = Filing.objects.create(source="register", recorded_at=at, issuer="市场监管部门")
    facts = [("employees", 35, None), ("revenue", 5_000_000_00, None), ("assets", 3_000_000_00, None)]
    facts += [("gb4754", None, "2770"), ("prefecture", None, "430181"), ("severe_dishonesty", 0, None)]
    facts += [
        ("key_supplier_national", 1, None),
        ("on_cloud", 1, None),
        ("rd_ratio", 312, None),
        ("own_brand", 1, None),
    ]
    fields = (
        "enterprise_id",
        "filing_id",
        "fact",
        "period",
        "number",
        "text",
        "as_of",
        "recorded_at",
        "standing",
    )
    for start in range(0, len(firms), 500):
        said = [
            (firm, filing.pk, fact, "", number, text, day, at, "confirmed")
            for firm in firms[start : start + 500]
            for fact, number, text in facts
            for day in (date(2019, 12, 31), date(2020, 1, 31), date(2020, 2, 10), date(2020, 2, 15))
        ]
        _insert(Statement, fields, said)


@transaction.atomic
def _insert(model: Any, fields: tuple[str, ...], chunk: list[tuple[Any, ...]]) -> None:
    table, names = model._meta.db_table, ", ".join(fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in chunk:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(fields))
        plain = [tuple(str(cell) if isinstance(cell, date) else cell for cell in row) for row in chunk]
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", plain)  # noqa: S608
