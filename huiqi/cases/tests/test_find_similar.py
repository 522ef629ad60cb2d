"""Cases beside one say why they are shown, and nobody is shown what they may not open."""

import pytest

from huiqi.cases.models import Case
from huiqi.cases.queries.page import reader_of
from huiqi.cases.queries.similar import similar
from huiqi.cases.tests.make import at, make_case, make_edition, make_officer
from huiqi.cases.workflow import State
from huiqi.enterprises.tests.make import make_firm

pytestmark = pytest.mark.django_db
ELSEWHERE = {"prefecture": "430302", "topic": "tax"}


@pytest.fixture
def officer():
    return make_officer("province")


def beside(case, user):
    case = Case.objects.get(pk=case.pk)
    found = similar(case, reader_of(case, user, at().date()), at())
    return {each.case.title: [str(reason) for reason in each.reasons] for each in found}


def test_the_same_matter_comes_first_with_its_signals(officer):
    make_case(title="旁人的事", prefecture="430181")
    make_case(title="又提一次", credit_code="91430181MA4L16KA1X")
    case = make_case(credit_code="91430181MA4L16KA1X")
    found = beside(case, officer)
    assert list(found) == ["又提一次", "旁人的事"]
    assert found["又提一次"] == ["同一信用代码", "同一主题"]
    assert found["旁人的事"] == ["同县市区、同一主题，30天内"]


def test_other_matters_of_the_firm_are_shown_however_old(officer):
    firm = make_firm()
    make_case(enterprise=firm, title="去年的税", topic="tax", when=at("2019-06-03"))
    assert beside(make_case(enterprise=firm, title="停电了"), officer) == {"去年的税": ["同一企业"]}


def test_of_the_same_kind_only_the_same_county_within_thirty_days(officer):
    make_case(title="近的", when=at("2020-02-10"))
    make_case(title="久的", when=at("2020-01-10"))
    make_case(title="别县的", prefecture="430302")
    make_case(title="别的主题", topic="tax")
    assert beside(make_case(title="停电了"), officer) == {"近的": ["同县市区、同一主题，30天内"]}


def test_two_words_in_common_are_shown_and_one_is_chance(officer):
    make_case(title="熔喷布断供，口罩停产", **ELSEWHERE)
    make_case(title="口罩卖不出去", **ELSEWHERE)
    found = beside(make_case(title="口罩厂缺熔喷布"), officer)
    assert found == {"熔喷布断供，口罩停产": ["标题都说到“熔喷布”“口罩”，30天内"]}


def test_several_reasons_stand_together(officer):
    firm = make_firm()
    make_case(enterprise=firm, title="熔喷布断供，口罩停产", topic="tax")
    found = beside(make_case(enterprise=firm, title="口罩厂缺熔喷布"), officer)
    assert found["熔喷布断供，口罩停产"] == ["同一企业", "标题都说到“熔喷布”“口罩”，30天内"]


def test_nobody_is_shown_what_they_may_not_open():
    make_case(title="浏阳的熔喷布口罩", credit_code="91430181MA4L16KA1X", phone="13800138000")
    case = make_case(
        title="口罩厂缺熔喷布", prefecture="430302", credit_code="91430181MA4L16KA1X", phone="13800138000"
    )
    assert beside(case, make_officer("xiangtan")) == {}


def test_who_is_kept_from_the_requester_is_shown_nothing():
    make_edition(masks_requester=True)
    make_case(title="旁人的熔喷布口罩", officer=make_officer("province"))
    other = make_officer("park")
    masked = make_case(
        title="口罩厂缺熔喷布", state=State.HANDLING, lead=other.unit, officer=make_officer("province")
    )
    assert beside(masked, other) == {}
