"""Whether a question of a comparison asks for an amount, judged by its words. Pure.

A heuristic, ours: figures of tax and social insurance are not this office's to hold (design of list
comparison), and a question that can only be answered by one should be put otherwise before it leaves the
house. What passes is still checked answer by answer (`answers.py`).
"""

import re

# Words that ask how much or how many, whatever stands around them.
_HOW_MUCH = re.compile("多少|几(?:何|元|块|万|千|百|亿|人|名|户|次|个|项|件|家|天)|百分之几|数额|具体金额")
# Words that mean an amount, unless the sentence asks whether something holds of it.
_AMOUNT = re.compile(
    "金额|税额|税款|税金|余额|总额|限额|营业额|销售额|缴费额|欠费额|保费|缴费基数|工资|薪酬|收入|利润|产值|"
    "资产|负债|成本|费用|人数|户数|比例|税率|增长率"
)
_WHETHER = re.compile(
    "是否|是不是|有无|有没有|能否|可否|属于|符合|达到|超过|不足|不低于|不高于|不少于|不超过|低于|高于|少于|多于|"
    "大于|小于|以上|以下|以内|无欠|未欠|不欠|欠缴|欠费|已缴|按时|逾期|吗$|吗[?？]$"
)


def asks_amount(label: str, kind: str) -> bool:
    """Whether the question wants a figure. A class may name bands of an amount; a month is no amount."""
    if kind == "class":
        return False
    if _HOW_MUCH.search(label):
        return True
    return kind == "yes_no" and bool(_AMOUNT.search(label)) and not _WHETHER.search(label)
