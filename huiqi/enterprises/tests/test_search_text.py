import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.enterprises.models import Enterprise
from huiqi.enterprises.search_text import grams_of_question, search_text
from huiqi.reference.pinyin import pinyin_of

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
NAMES = st.text(st.one_of(HAN, HAN, HAN, st.sampled_from("ABab12（）()·．、& －　")), min_size=2, max_size=40)


def finds(question: str, text: str) -> bool:
    grams = grams_of_question(question)
    return bool(grams) and set(grams) <= set(text.split(" "))


@given(name=NAMES, data=st.data())
def test_every_part_of_a_name_with_two_chinese_characters_in_a_row_finds_it(name, data):
    text = search_text(name, pinyin_of(name)[1])
    start = data.draw(st.integers(0, len(name) - 1))
    part = name[start : data.draw(st.integers(start + 1, len(name)))]
    if any("\u4e00" <= a and b >= "\u4e00" for a, b in zip(part, part[1:], strict=False) if b <= "\u9fff"):
        assert finds(part, text)


@pytest.mark.parametrize(
    "question",
    [
        "浏阳",
        "花炮",
        "有限公司",
        "浏阳 花炮",
        "花炮，有限",
        "lyshp",
        "hpy",
        "l",
        "ly",
        "湖南省浏阳市红花炮业有限公司",
        "浏阳市（红花）",
        "ＬＹ",
    ],
)
def test_what_people_type_finds_the_firm(question):
    name = "浏阳市红花炮业有限公司"
    text = search_text(name, pinyin_of(name)[1])
    assert finds(question, text) is (question not in {"湖南省浏阳市红花炮业有限公司", "lyshp"})


def test_former_names_and_the_organisation_code_of_old_papers_find_it_too():
    text = search_text(
        "长沙甲食品有限公司", "csjspyxgs", "91430181MA4L000017", ["浏阳乙茶油厂", "92430181MA4P888885"]
    )
    assert all(finds(question, text) for question in ("MA4L00001", "乙茶油", "ma4p88888"))
    assert not finds("MA4L00002", text)


@pytest.mark.parametrize("question", ["", " ", "（）", "、，", "\x00", "😀", '"', "*"])
def test_a_question_without_words_asks_nothing(question):
    assert grams_of_question(question) == ()


def test_lone_characters_are_read_as_a_word_or_as_how_a_name_begins():
    assert grams_of_question("湘") == ("_湘",)
    assert grams_of_question("浏 阳") == ("浏阳",)
    assert grams_of_question("浏阳 市") == ("浏阳",)


@pytest.mark.django_db
def test_the_database_finds_what_the_grams_say_and_follows_a_change_of_name():
    firm = Enterprise.objects.create(name="TCL浏阳红花炮业有限公司", initials="tlyhhpyyxgs")
    other = Enterprise.objects.create(name="长沙黑茶叶有限公司", initials="csh")

    def found(question: str) -> set[int]:
        return set(
            Enterprise.objects.filter(search_text__has_grams=grams_of_question(question)).values_list(
                "pk", flat=True
            )
        )

    assert found("花炮") == found("tcl") == found("花炮 浏阳") == {firm.pk}
    assert found("") == set()
    assert found("有限公司") == {firm.pk, other.pk}
    Enterprise.objects.filter(pk=firm.pk).update(search_text=search_text("长沙红茶业有限公司", "cs"))
    assert (found("花炮"), found("茶业")) == (set(), {firm.pk})
    Enterprise.objects.filter(pk=other.pk).delete()
    assert found("有限公司") == {firm.pk}
