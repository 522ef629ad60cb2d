"""Personal data and names of firms taken out of free text before anybody quotes it. Pure.

Errs on the side of taking out too much: a quotation serves to show what firms mean, not who said it.
"""

import re
from collections.abc import Iterable

PHONE, CODE, MAIL, FIRM, PERSON = "［电话］", "［证件号］", "［邮箱］", "［某企业］", "［某人］"

# Digits as people write them: full width, with spaces or hyphens between.
_GAP = r"[\s\-—－·.]?"
_DIGIT = "[0-9０-９]"
_MAIL = re.compile(r"[A-Za-z0-9._%+\-]+[@＠][A-Za-z0-9.\-]+\.[A-Za-z]{2,}")
# 18 characters of a credit code (GB 32100) or of an identity number (GB 11643), 15 of the old ones, and
# numbers of accounts.
_CODE = re.compile(
    rf"(?<![0-9A-Za-z])(?:[0-9A-HJ-NPQRTUWXY]{{2}}{_DIGIT}{{6}}[0-9A-HJ-NPQRTUWXY]{{10}}"
    rf"|{_DIGIT}{{17}}[0-9０-９xXｘＸ]|(?:{_DIGIT}{_GAP}){{14,18}}{_DIGIT})(?![0-9A-Za-z])"
)
# Mobile numbers (11 digits from 13 to 19, with or without 86), lines with an area code, 400/800 numbers.
_PHONE = re.compile(
    rf"(?<![0-9０-９])(?:[+＋]?86{_GAP})?[1１][3-9３-９](?:{_GAP}{_DIGIT}){{9}}(?![0-9０-９])"
    rf"|(?<![0-9０-９])[(（]?[0０]{_DIGIT}{{2,3}}[)）]?{_GAP}{_DIGIT}{{3,4}}{_GAP}{_DIGIT}{{4}}(?![0-9０-９])"
    rf"|(?<![0-9０-９])[48４８][0０]{{2}}{_GAP}{_DIGIT}{{3,4}}{_GAP}{_DIGIT}{{3,4}}(?![0-9０-９])"
    rf"|(?:电话|手机|微信|QQ|qq|V信|vx)(?:号码?)?[:：是为]?\s*[A-Za-z0-9_\-]{{6,20}}"
)
# A name of a firm ends in its form; words that seldom stand inside one end it towards the left.
_FORM = "(?:有限责任公司|股份有限公司|有限公司|股份公司|集团公司|集团|合作社|事务所|商行|经营部|商贸行)"
_FIRM = re.compile(
    rf"[^\s，。；、,.;:：！？!?“”\"'们我你他给向被与在欠由从跟的是为把因但而及了到找等]{{2,24}}?{_FORM}(?:[^\s，。；、]{{0,6}}分公司)?"
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜"
    "崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_TITLED = re.compile(
    rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}?(?:先生|女士|经理|老板|厂长|主任|局长|科长|总(?![额量数体是之共部计和局会店监]))"
)
_NAMED = re.compile(
    rf"(?P<what>联系人|负责人|法人代表|法定代表人|法人|姓名|本人|我叫)(?P<is>[:：是叫为]?\s*)[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}"
)


def masked(text: str, firms: Iterable[str] = ()) -> str:
    """The text without telephone numbers, codes, addresses of mail, names of firms and of persons.

    `firms` are names to take out besides those that can be told by their form: the respondent's own, and
    those it is likely to name.
    """
    for name in sorted({name.strip() for name in firms if len(name.strip()) > 1}, key=len, reverse=True):
        text = text.replace(name, FIRM)
    text = _MAIL.sub(MAIL, text)
    text = _CODE.sub(CODE, text)  # before telephones: an account may hold one
    text = _PHONE.sub(PHONE, text)
    text = _FIRM.sub(FIRM, text)
    text = _NAMED.sub(lambda found: f"{found['what']}{found['is']}{PERSON}", text)
    return _TITLED.sub(PERSON, text)
