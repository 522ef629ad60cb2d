from decimal import Decimal

import pytest

from huiqi.core.errors import Refused
from huiqi.core.strict_json import MAX_BYTES, parse, parse_object


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "不是有效的 JSON"),
        (b"{", "第1行第2字"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "-Infinity"),
        (b'{"a": 1, "a": 2}', "写了两次"),
        (b'{"a": {"b": 1, "b": 1}}', "写了两次"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[" * 100_000, "嵌套太深"),
        (b'{"a": 1e999999999}', "太长"),
        (b'{"a": ' + b"9" * 5000 + b"}", "太长"),
        (b" " * (MAX_BYTES + 1), "超过"),
    ],
)
def test_what_a_lenient_reader_lets_pass_is_refused_in_words(raw, said):
    with pytest.raises(Refused) as refusal:
        parse(raw, what="文件")
    assert said in refusal.value.message
    assert refusal.value.code == "core.bad_json"


@pytest.mark.parametrize("raw", [b"[]", b"1", b'"a"', b"null", b"true"])
def test_only_an_object_will_do_where_an_object_is_wanted(raw):
    with pytest.raises(Refused, match="JSON 对象"):
        parse_object(raw)


def test_numbers_stay_exact_and_a_byte_order_mark_is_no_harm():
    assert parse_object(b'\xef\xbb\xbf{"a": 0.1, "b": 12}') == {"a": Decimal("0.1"), "b": 12}


def test_a_number_with_an_absurd_exponent_is_refused():
    with pytest.raises(Refused, match="太"):
        parse(b'{"employees": 1e99999999999999999999}')
