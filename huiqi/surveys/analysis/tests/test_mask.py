import pytest

from huiqi.surveys.analysis.masking import masked

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("请联系13800138000", "请联系［电话］"),
        ("手机：138 0013 8000急", "手机：［电话］急"),
        ("打１３８００１３８０００", "打［电话］"),
        ("+86-13800138000", "［电话］"),
        ("座机0731-85556666或(0731)85556666", "座机［电话］或［电话］"),
        ("热线400-123-4567", "热线［电话］"),
        ("微信号：huiqi_2020", "［电话］"),
        ("代码91430100MA4L0000XX的企业", "代码［证件号］的企业"),
        ("身份证430102199001011234", "身份证［证件号］"),
        ("身份证43010219900101123X，", "身份证［证件号］，"),
        ("账号6222 0200 0000 0000 123", "账号［证件号］"),
        ("发到 a.b@example.com 吧", "发到 ［邮箱］ 吧"),
        ("长沙嘉鑫贸易有限公司欠我们货款", "［某企业］欠我们货款"),
        ("我们给长沙嘉鑫贸易有限公司供货", "我们给［某企业］供货"),
        ("联系人：王小明", "联系人：［某人］"),
        ("找王总或李经理", "找［某人］或［某人］"),
    ],
)
def test_personal_data_and_names_of_firms_are_taken_out(text, shown):
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "贷款50万元，利率4.35%，2020年2月底到期",
        "员工120人，返岗率60%",
        "希望减免3个月房租，公司现金只够1个月",
        "资金总额不足，黄总体来说",
        "2020-02-10至2020-03-31停工",
    ],
)
def test_amounts_and_dates_stay(text):
    assert masked(text) == text


def test_names_that_are_known_are_taken_out_whatever_their_form():
    assert masked("嘉鑫一直拖欠，嘉鑫贸易也是", ["嘉鑫", "嘉鑫贸易"]) == "［某企业］一直拖欠，［某企业］也是"
