"""Suggests what a text is about, from the topics' words and from what became of texts like it. Pure.

A suggestion always says why. A person decides; what they decide is kept and measured.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from huiqi.cases.items.definition import Topic
from huiqi.core.messages import Message, gettext_noop

# A word that belongs to one topic alone weighs this per character; shared by two topics, half of it.
_PER_CHARACTER = 60
# What one case of the same kind weighs, and how many of them count: history helps, words decide.
_PER_CASE, _MOST_CASES = 4, 20
# The same for what this very firm asked before. Less than a word of two characters: a firm with staff
# trouble last year may have tax trouble now. One earlier case is chance, two may be its lasting matter.
_PER_OWN, _MOST_OWN, LEAST_OWN = 20, 5, 2
_MOST_WORDS_SHOWN = 3
_BY_WORDS = gettext_noop("文中有%(words)s")
_BY_BOTH = gettext_noop("文中有%(words)s；近%(days)s天说到它们的%(count)s件归入这一主题")
_BY_FIRM = gettext_noop("这家企业近一年反映过%(own)s件这一主题")
_WORDS_AND_FIRM = gettext_noop("文中有%(words)s；这家企业近一年反映过%(own)s件这一主题")
_ALL_THREE = gettext_noop(
    "文中有%(words)s；近%(days)s天说到它们的%(count)s件归入这一主题；这家企业近一年反映过%(own)s件"
)

Cut = Callable[[str], Iterable[str]]


@dataclass(frozen=True)
class TopicSuggestion:
    """A topic worth offering: the words of it that were found, how many cases alike it had, its weight, and
    how many cases the firm itself had of it (`own`)."""

    topic: str
    title: str
    words: tuple[str, ...]
    alike: int
    score: int
    days: int
    own: int = 0

    @property
    def reason(self) -> Message:
        """文中有“口罩”“隔离衣”；近30天说到它们的12件归入这一主题."""
        words = "".join(f"“{word}”" for word in self.words[:_MOST_WORDS_SHOWN])
        said = {"words": words, "days": self.days, "count": self.alike, "own": self.own}
        if not self.words:
            return Message(_BY_FIRM, said)
        if self.own:
            return Message(_ALL_THREE if self.alike else _WORDS_AND_FIRM, said)
        return Message(_BY_BOTH if self.alike else _BY_WORDS, said)


def words_found(text: str, topics: Iterable[Topic], cut: Cut) -> dict[str, tuple[str, ...]]:
    """Topic id → those of its words that the text says, longest first.

    A word of one character (税, 煤) counts only where `cut` leaves it alone: 税 is not found in 税务.
    """
    alone = {token for token in cut(text) if len(token) == 1}
    found = {}
    for topic in topics:
        said = [word for word in topic.words if (word in text if len(word) > 1 else word in alone)]
        if said:
            found[topic.id] = tuple(sorted(said, key=lambda word: (-len(word), topic.words.index(word))))
    return found


def rank_topics(
    topics: Iterable[Topic],
    found: Mapping[str, tuple[str, ...]],
    alike: Mapping[str, int],
    days: int,
    own: Mapping[str, int] | None = None,
) -> list[TopicSuggestion]:
    """The topics of which words were found or which the firm keeps asking about, the likeliest first.
    Neither: nothing is suggested.

    `alike`: topic id → cases of the last `days` with such words; `own`: topic id → cases of this firm.
    """
    own = {topic: count for topic, count in (own or {}).items() if count >= LEAST_OWN}
    topics = list(topics)
    shared = Counter(word for topic in topics for word in set(topic.words))
    ranked = []
    for topic in topics:
        words = found.get(topic.id, ())
        earlier = own.get(topic.id, 0)
        if not words and not earlier:
            continue
        score = sum(_PER_CHARACTER * len(word) // shared[word] for word in words)
        count = alike.get(topic.id, 0)
        score += _PER_CASE * min(count, _MOST_CASES) + _PER_OWN * min(earlier, _MOST_OWN)
        ranked.append(TopicSuggestion(topic.id, topic.title, words, count, score, days, earlier))
    # Equal weights keep the order of the item.
    return sorted(ranked, key=lambda each: -each.score)
