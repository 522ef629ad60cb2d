"""Free text grouped into themes, with counts, words that mark them and quotations. Pure.

Words by rjieba, weighted by tf-idf, parted by non-negative matrix factorisation (Lee and Seung, Nature 401,
1999): each text goes to the theme that explains most of it, or to none. The seed is fixed, so the same
answers give the same themes. Loading scikit-learn takes 180 MB, so pages take themes from a job.
"""

import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import rjieba
from sklearn.decomposition import NMF
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer

from huiqi.core.messages import Message, gettext_noop
from huiqi.surveys.analysis.arrays import Floats, Ints
from huiqi.surveys.analysis.masking import masked
from huiqi.surveys.analysis.sampling import Sampling
from huiqi.surveys.analysis.suppression import LEAST_SHOWN
from huiqi.surveys.analysis.wave import Query, Source, Wave, fitting

MOST_THEMES = 8
KEY_WORDS = 5
QUOTES = 3
QUOTED_LENGTH = (6, 120)  # shorter says nothing, longer nobody reads in a brief
MOST_FITTED = 20_000  # texts the themes are learnt from; all are then sorted into them
_WORDS_KNOWN = 3_000
_WORD = re.compile(r"[\u4e00-\u9fff]{2,}")
# Words of the question rather than of the answer, and words without a meaning of their own.
STOP_WORDS = frozenset(
    (
        "希望 我们 企业 公司 政府 相关 部门 建议 政策 给予 提供 支持 帮助 解决 "
        "问题 困难 目前 现在 由于 因为 导致 影响 疫情 期间 可以 能够 需要 进行 "
        "以及 一些 这个 没有 比较 非常 严重 尽快 加大 力度 方面 情况 中小 "
        "中小企业 对于 已经 一下 请求 要求 还有 如果 无法 不能 主要 国家 出台 "
        "落实 适当 造成 本企业 我司 本公司 左右 不知 不知道"
    ).split()
)

_TOO_FEW = gettext_noop("文字回答只有%(count)d条，不足以归类。")
_OTHERS = gettext_noop("另有%(count)d条没有归入任何一类。")
_MASKED = gettext_noop("引文已隐去电话、证件号、企业名称和姓名。")


@dataclass(frozen=True)
class Theme:
    """Texts of one kind: how many, the firms they stand for, words that mark them, masked quotations."""

    words: tuple[str, ...]
    n: int
    firms: float
    quotes: tuple[str, ...]


@dataclass(frozen=True)
class Themes:
    """The themes, most frequent first. `texts` is the number of answers that say something."""

    source: Source
    texts: int
    themes: tuple[Theme, ...]
    unsorted: int
    notes: tuple[Message, ...]


Cut = Callable[[str], Iterable[str]]


def themes(wave: Wave, query: Query, *, most: int = MOST_THEMES, firms: Sequence[str] = ()) -> Themes:
    """The themes of the texts given to a question, among the firms that fit the query's filter.

    A theme with fewer texts than the wave shows is left out and counted with the unsorted. `firms` are names
    to take out of quotations besides those told by their form.
    """
    keep = fitting(wave.answers, query.where)
    given = wave.answers.texts[query.question]
    places = [at for at, text in enumerate(given) if keep[at] and text.strip()]
    texts = [given[at] for at in places]
    source = wave.source(query, "themes", len(texts))
    least = max(wave.least, 2)
    if len(texts) < 2 * least:
        return Themes(source, len(texts), (), len(texts), (Message(_TOO_FEW, {"count": len(texts)}),))
    weights = Sampling(wave.sampling.basis, wave.sampling.weights[places]).weights
    of_text, loads, words = _sorted(texts, min(most, max(2, len(texts) // LEAST_SHOWN)))
    found = [
        _theme((words[number], texts), np.flatnonzero(of_text == number), (loads[:, number], weights), firms)
        for number in range(len(words))
        if int((of_text == number).sum()) >= least
    ]
    found.sort(key=lambda theme: (-theme.n, theme.words))
    unsorted = len(texts) - sum(theme.n for theme in found)
    notes = (*wave.sampling.words, Message(_MASKED))
    if unsorted:
        notes = (*notes, Message(_OTHERS, {"count": unsorted}))
    return Themes(source, len(texts), tuple(found), unsorted, notes)


def words_of(text: str, cut: Cut = rjieba.cut) -> list[str]:
    """The words of a text that tell something of its theme."""
    return [word for word in cut(text) if _WORD.fullmatch(word) and word not in STOP_WORDS]


def _sorted(texts: Sequence[str], count: int) -> tuple[Ints, Floats, list[tuple[str, ...]]]:
    """The theme of each text (-1: none), how much each theme explains of it, and the words of the themes."""
    vectorizer = TfidfVectorizer(
        analyzer=words_of, min_df=2, max_features=_WORDS_KNOWN, sublinear_tf=True, dtype=np.float64
    )
    try:
        matrix = vectorizer.fit_transform(texts)
    except ValueError:  # no word stands in two texts
        return np.full(len(texts), -1), np.zeros((len(texts), 0)), []
    names = vectorizer.get_feature_names_out()
    count = min(count, *matrix.shape)
    model = NMF(count, init="nndsvd", solver="cd", max_iter=200, tol=1e-3, random_state=0)
    step = -(-matrix.shape[0] // MOST_FITTED)
    with warnings.catch_warnings():
        # Few texts with few words have no single best parting; the one reached is as good.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(matrix[::step])
        loads = model.transform(matrix)
    best = loads.argmax(axis=1)
    best[loads.max(axis=1) <= 0] = -1
    top = np.argsort(-model.components_, axis=1, kind="stable")[:, :KEY_WORDS]
    words = [
        tuple(str(names[at]) for at in row if model.components_[number, at] > 0)
        for number, row in enumerate(top)
    ]
    return best, loads, words


def _theme(
    said: tuple[tuple[str, ...], Sequence[str]],
    members: Ints,
    reckoned: tuple[Floats, Floats],
    firms: Sequence[str],
) -> Theme:
    words, texts = said
    loads, weights = reckoned
    best_first = members[np.argsort(-loads[members], kind="stable")]
    return Theme(words, len(members), float(weights[members].sum()), _quotes(texts, best_first, firms))


def _quotes(texts: Sequence[str], best_first: Ints, firms: Sequence[str]) -> tuple[str, ...]:
    """The most typical texts, masked; each wording once, what was pasted by many first of all."""
    shortest, longest = QUOTED_LENGTH
    quotes: Counter[str] = Counter()
    for at in best_first:
        text = " ".join(texts[int(at)].split())
        if shortest <= len(text) <= longest:
            quotes[masked(text, firms)] += 1
        if len(quotes) == QUOTES:
            break
    return tuple(quotes)
