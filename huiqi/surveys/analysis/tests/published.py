"""Published results of February 2020, and micro-data made to their margins.

- 995 small and medium firms, asked online (朱武祥, 刘军, 魏炜, Tsinghua and Peking Universities, published
  February 2020, ft.csccsc.cc/story/001086324): per cent to two places. Of all bases up to 1987, only 994 has
  whole numbers behind all of these percentages, so one of the 995 is taken to have left the questions blank.
  The last answer of each is what is left to 100 %.
- 102 firms of a county-level city's association (昆明, to 27 February 2020,
  xdqy.kmanhang.cn/Content.aspx?id=3c576287-6f5a-4f3b-9b8d-aff521323c01): counts by industry and status.
"""

import numpy as np

from huiqi.surveys.analysis.answers import Answers
from huiqi.surveys.analysis.arrays import MISSING
from huiqi.surveys.analysis.tests.make import make_answers, single, spread

N = 995
ANSWERED = 994
CASH = {"1个月内": 34.00, "2个月": 33.10, "3个月": 17.91, "4–6个月": 5.03, "6个月以上": 9.96}
REVENUE = {"下降50%以上": 29.58, "下降20–50%": 28.47, "其他": 41.95}
RESPONSE = {
    "减员降薪": 22.43,
    "贷款": 21.23,
    "停产歇业": 16.20,
    "股东增资": 13.58,
    "民间借贷": 10.16,
    "其他": 16.40,
}
INDUSTRY = {
    "工业": 22,
    "软件": 19,
    "农业": 17,
    "建筑": 6,
    "租赁商务": 8,
    "批发": 3,
    "餐饮": 2,
    "零售": 1,
    "信息传输": 1,
    "其他": 23,
}
STATUS = {"完全复工": 12, "部分恢复": 50, "停业": 40}


def counts_of(shares: dict[str, float], n: int) -> list[int]:
    """The whole numbers behind percentages; the last answer takes what is left."""
    counts = [round(n * share / 100) for share in shares.values()]
    return [*counts[:-1], n - sum(counts[:-1])]


def question(name: str, label: str, answers: dict[str, float]):
    return single(name, *answers, label=label, is_ordered=name == "cash_months")


CASH_MONTHS = question("cash_months", "账上现金可维持", CASH)
REVENUE_2020 = question("rev_2020", "预计全年营收变化", REVENUE)
FIRST_RESPONSE = question("response", "首选应对方式", RESPONSE)
INDUSTRY_OF = question("industry", "行业", INDUSTRY)
STATUS_NOW = question("status", "当前复工状态", STATUS)


def survey_of_995(seed: int = 20200208) -> Answers:
    """A firm a row; the questions are shuffled apart, for only their margins were published."""
    dice = np.random.default_rng(seed)
    asked = ((CASH_MONTHS, CASH), (REVENUE_2020, REVENUE), (FIRST_RESPONSE, RESPONSE))
    return make_answers(
        {
            each: np.append(dice.permutation(spread(*counts_of(shares, ANSWERED))), MISSING)
            for each, shares in asked
        }
    )


def survey_of_102(seed: int = 20200227) -> Answers:
    """A firm a row."""
    dice = np.random.default_rng(seed)
    return make_answers(
        {
            INDUSTRY_OF: spread(*INDUSTRY.values()),
            STATUS_NOW: dice.permutation(spread(*STATUS.values())),
        },
        strata=(INDUSTRY_OF,),
    )
