import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from huiqi.core.errors import Refused
from huiqi.reference.credit_codes import ALPHABET, LOOKALIKES, check_character, clean, find_problem, normalise

SOUND = "91430181MA4L00001Q"


def with_check(first_17):
    return first_17 + check_character(first_17)


bodies = st.builds(
    lambda head, region, division, tail: with_check(head + region + division + tail),
    st.text("159ANY", min_size=2, max_size=2),
    st.sampled_from("123456789"),
    st.text("0123456789", min_size=5, max_size=5),
    st.text(ALPHABET, min_size=9, max_size=9),
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "没有填写"),
        ("　 ", "没有填写"),
        ("9143018", "长度7位，应为18位，少了11位"),
        ("914301810000000001234", "长度21位，应为18位，多了3位"),
        ("9" * 100_000, "过长"),
        ("430181000012345", "旧工商注册号"),
        ("MA4L0000X", "组织机构代码"),
        ("430102199003070012", "身份证"),
        ("91430181MA4L0000!Q", "第17位的“!”不是数字或大写字母"),
        ("9143I181MA4L00001Q", "第5位出现字母I，标准中不使用，是否为1"),
        ("0" * 18, "第1位是0"),
        (with_check("91" + "0" * 15), "第3位是0，而第3至8位是登记机关行政区划码"),
        (with_check("01430181MA4L00001"), "第1位是登记管理部门代码，不会是0，企业一般为9"),
        ("914A0181MA4L00001Q", "第4位是字母A，而第3至8位"),
        ("\x00" * 18, "□"),
        ("\ud800" * 18, "□"),
        ("统一社会信用代码统一社会信用代码测试", "不是数字或大写字母"),
    ],
)
def test_what_is_wrong_is_said(text, said):
    with pytest.raises(Refused) as refusal:
        clean(text)
    assert said in refusal.value.message
    refusal.value.message.encode()
    assert len(refusal.value.message) < 200


def test_an_identity_number_is_never_repeated():
    problem = find_problem("430102199003070012")
    assert "1990" not in problem.message


def test_the_expected_check_character_is_named():
    wrong = "91430181MA4L00001" + ("A" if check_character("91430181MA4L00001") != "A" else "B")
    assert f"第18位校验码应为{check_character('91430181MA4L00001')}" in find_problem(wrong).message


@given(bodies, st.sampled_from(["I", "O", "Z", "S"]), st.data())
def test_a_lookalike_letter_yields_the_code_that_was_meant(code, letter, data):
    digit = LOOKALIKES[letter]
    places = [place for place, char in enumerate(code) if char == digit]
    if places:
        place = data.draw(st.sampled_from(places))
        problem = find_problem(code[:place] + letter + code[place + 1 :])
        assert problem.suggestion == code
        assert f"第{place + 1}位出现字母{letter}" in problem.message


@given(bodies, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(code, place, char):
    mistyped = code[:place] + char + code[place + 1 :]
    assert (find_problem(mistyped) is None) == (char == code[place])


@given(bodies)
def test_sound_codes_are_taken_as_people_write_them(code):
    full_width = "".join(chr(ord(char) + 0xFEE0) for char in code)
    for text in (code, code.lower(), f" {code[:8]} {code[8:17]}-{code[17]} ", full_width, f"{code}\ufeff"):
        assert clean(text) == code


@given(bodies)
def test_we_agree_with_python_stdnum_where_it_has_an_opinion(code):
    if code[:2].isdigit():
        assert uscc.is_valid(code)


@given(st.text())
def test_any_text_is_a_code_or_a_problem_with_words(text):
    problem = find_problem(text)
    if problem is None:
        assert uscc.calc_check_digit(normalise(text)) == normalise(text)[-1]
    else:
        problem.message.encode()
        assert problem.message.endswith(("。", "？"))
