"""The rows of the result page as HTML, fast: a page shows some fifty policies with their conditions.

What does not depend on the firm (title, tags, how to apply, the fields asked) is rendered by templates once
per process and remembered; the condition table, which is all figures, is put together here with every text
escaped. Measured in benchmarks/result_page.py: templates alone took 47 ms of processor time, this takes 8.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huiqi.core.templatetags.hq import icon, result_tag, wan
from huiqi.policies.queries.condition_lines import Line
from huiqi.policies.queries.question_book import question_book
from huiqi.policies.queries.result import ELIGIBLE, NEAR, UNKNOWN, Result, Row

# Markers in remembered forms; both stand-ins are of letters, digits, - and _ only.
TOKEN_MARK, CSRF_MARK = "@@TOKEN@@", "@@CSRF@@"
REMEMBERED = 4096
OPEN_GROUPS = (ELIGIBLE, NEAR, UNKNOWN)
# Texts of the law and of the engine are Chinese whatever the page is.
LAW = ' lang="zh-CN"'


@dataclass(frozen=True)
class Link:
    """The private link and the form's token, put into remembered forms."""

    token: str
    csrf: str
    keeps_figures: bool

    def into(self, text: str) -> str:
        """`text` with the marks replaced."""
        return text.replace(TOKEN_MARK, str(escape(self.token))).replace(CSRF_MARK, str(escape(self.csrf)))


def shown_groups(result: Result, link: Link) -> dict[str, list[SafeString]]:
    """Each group's rows: 可享, 差一点 and 待认定 with details, the others in a few words."""
    return {
        group: [
            mark_safe(link.into(open_row(row, link) if group in OPEN_GROUPS else _closed_row(row)))  # noqa: S308
            for row in rows
        ]
        for group, rows in result.groups.items()
    }


def open_row(row: Row, link: Link) -> str:
    """One policy with what to do, what to fill in, and its folded conditions."""
    words = _row_words(get_language() or "")
    return (
        f'<li id="p-{escaped(row.id)}"><div class="hq-rows-head"><h3>{_title(row)}</h3>'
        f"{_sum(row, words)}</div>{head(row)}{_money_notes(row)}{_deadline(row)}"
        f"{_near_miss(row)}{_ask(row, link)}"
        f'<details class="hq-more"><summary>{words.chevron}{words.more}</summary>'
        f'<div class="hq-more-body">{detail(row)}</div></details></li>'
    )


def detail(row: Row) -> str:
    """The condition table, the parts of the sum, and how to apply; carries TOKEN_MARK."""
    parts = "".join(
        f"<div><dt{LAW}>{escaped(part.text)}</dt><dd>{wan(part.amount_fen)}</dd></div>"
        for part in row.explanation.parts
    )
    sums = f'<dl class="hq-facts">{parts}</dl>' if parts else ""
    return f"{condition_table(row.lines, row.has_articles)}{sums}{how(row)}"


def detail_of(row: Row, link: Link) -> SafeString:
    """`detail` on its own, for a row that was folded away."""
    return mark_safe(link.into(detail(row)))  # noqa: S308


def _closed_row(row: Row) -> str:
    key = ("closed", row.id, row.explanation.edition, row.group, row.reason, row.later_reason, get_language())
    return _remembered.get(key, lambda: _drawn("_check_closed", row))


class _RowWords(NamedTuple):
    at_least: str
    open_sum: str
    more: str
    change: str
    chevron: str
    calendar: str
    target: str
    info: str


@lru_cache(maxsize=8)
def _row_words(language: str) -> _RowWords:
    texts = (_("至少"), _("金额待算"), _("逐条对照条件、怎么办理"), _("已经办到，更改答案"))
    icons = (icon("chevron-right"), icon("calendar-time"), icon("target-arrow"), icon("info-circle"))
    return _RowWords(*(str(escape(text)) for text in texts), *(str(one) for one in icons))


def _title(row: Row) -> str:
    title = escaped(row.policy.title)
    if row.title == row.policy.title:
        return f"<span{LAW}>{title}</span>"
    return f'{escaped(row.title)}<br><small class="hq-soft"{LAW}>{title}</small>'


def _sum(row: Row, words: _RowWords) -> str:
    amount = row.amount
    if amount is None:
        return f'<span class="hq-soft">{words.open_sum}</span>' if row.is_sum_open else ""
    floor = f"<small>{words.at_least}</small> " if amount.at_least else ""
    per = f"<small>/{escaped(amount.per)}</small>" if amount.per else ""
    return f'<span class="hq-money">{floor}{wan(amount.fen)}{per}</span>'


def _money_notes(row: Row) -> str:
    sign = _row_words(get_language() or "").info
    return "".join(
        f'<ul class="hq-meta"><li>{sign} {conditional_escape(note)}</li></ul>' for note in row.money_notes
    )


def _deadline(row: Row) -> str:
    if row.deadline is None:
        return ""
    text: str = conditional_escape(row.deadline.words)
    if row.deadline.is_near or row.deadline.is_over:
        text = f"<strong>{text}</strong>"
    return f'<ul class="hq-meta"><li>{_row_words(get_language() or "").calendar} {text}</li></ul>'


def _near_miss(row: Row) -> str:
    near = row.explanation.near_miss
    if near is None:
        return ""
    words, question = _row_words(get_language() or ""), question_book().asking(near.fact_id)
    change = (
        f' <a class="hq-noprint" href="/check/{TOKEN_MARK}/q/{question.id}/?then=result">{words.change}</a>'
        if question
        else ""
    )
    said = f"<span{LAW}>{escape(near.sentence)}</span>{change}"
    return f'<div class="hq-note hq-note-near mt-2">{words.target}<p>{said}</p></div>'


# --- remembered parts -------------------------------------------------------------------------------------


def head(row: Row) -> SafeString:
    """Summary, tags, authority and who must certify what: the same for every firm in this state."""
    state = (row.id, row.explanation.edition, row.group, row.explanation.assurance, get_language())
    key = ("head", *state, *(fact.id for fact in row.certified))
    return mark_safe(_remembered.get(key, lambda: _drawn("_check_head", row)))  # noqa: S308


def how(row: Row) -> SafeString:
    """Where, with which papers, by whom, under which open questions; carries TOKEN_MARK."""
    key = ("how", row.id, row.explanation.edition, get_language())
    return mark_safe(_remembered.get(key, lambda: _drawn("_check_how", row)))  # noqa: S308


def _ask(row: Row, link: Link) -> str:
    if not row.ask.fields and not row.ask.links:
        return ""
    if row.ask.is_refused:
        # What a person typed is not remembered.
        return _drawn_ask(row, link.keeps_figures)
    key = ("ask", row.id, row.group, row.ask, link.keeps_figures, get_language())
    return _remembered.get(key, lambda: _drawn_ask(row, link.keeps_figures))


class _Remembered:
    """Texts of a page by what they depend on, the longest unused forgotten first.

    Only key and text stay: a row, which holds what a person typed, must not outlive its request, so keys
    are of policies, states and languages alone.
    """

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._texts: OrderedDict[tuple[object, ...], str] = OrderedDict()

    def get(self, key: tuple[object, ...], draw: Callable[[], str]) -> str:
        """The text of `key`; drawn now when it is not there."""
        with self._lock:
            text = self._texts.get(key)
            if text is not None:
                self._texts.move_to_end(key)
                return text
        text = draw()
        with self._lock:
            self._texts[key] = text
            while len(self._texts) > self._most:
                self._texts.popitem(last=False)
        return text


_remembered = _Remembered(REMEMBERED)


def _drawn(name: str, row: Row) -> str:
    return render_to_string(f"policies/{name}.html", {"row": row, "token": TOKEN_MARK})


def _drawn_ask(row: Row, keeps_figures: bool) -> SafeString:
    context = {"row": row, "token": TOKEN_MARK, "csrf": CSRF_MARK, "keeps_figures": keeps_figures}
    return render_to_string("policies/_check_ask.html", context)


# --- the condition table ----------------------------------------------------------------------------------

escaped = lru_cache(maxsize=REMEMBERED)(lambda text: str(escape(text)))


@lru_cache(maxsize=8)
def _result_tags(language: str) -> dict[bool | None, str]:
    return {result: str(result_tag(result)) for result in (True, False, None)}


@lru_cache(maxsize=8)
def _words(language: str) -> tuple[str, ...]:
    words = (_("条件"), _("您的情况"), _("要求"), _("结果"), _("依据"), _("由主管部门认定"), _("逐条对照"))
    return tuple(str(escape(word)) for word in words)


def condition_table(lines: Sequence[Line], has_articles: bool) -> str:
    """条件 | 您的情况 | 要求 | 结果 | 依据, one line a condition; stacked on a phone."""
    language = get_language() or ""
    condition, own, required, result, article, certified, caption = _words(language)
    if not lines:
        return f"<p>{escape(_('这项政策没有设条件。'))}</p>"
    tags = _result_tags(language)
    heads = [condition, own, required, result, *([article] if has_articles else [])]
    parts = [f'<table class="hq-table hq-stack"><caption>{caption}</caption><thead><tr>']
    parts += [f'<th scope="col">{name}</th>' for name in heads]
    parts.append("</tr></thead><tbody>")
    for line in lines:
        note = f'<br><span class="hq-soft hq-small">{certified}</span>' if line.judgement else ""
        text = f"{'　' * line.depth}<span{LAW}>{escaped(line.text)}</span>{note}"
        if line.is_group:
            parts.append(f'<tr><th scope="row" colspan="3">{text}</th>')
        else:
            values = "<br>".join(escape(pair.value) for pair in line.pairs)
            # A requirement may be worked out from the firm's own figures, so it is not remembered either.
            demands = "<br>".join(escape(pair.requirement) for pair in line.pairs)
            parts.append(
                f'<tr><th scope="row">{text}</th><td data-label="{own}"><span{LAW}>{values}</span></td>'
            )
            parts.append(f'<td data-label="{required}"><span{LAW}>{demands}</span></td>')
        parts.append(f'<td data-label="{result}">{tags[line.result]}</td>')
        if has_articles:
            parts.append(
                f'<td data-label="{article}"><span{LAW}>{escaped(line.article)}</span></td>'
                if line.article
                else "<td></td>"
            )
        parts.append("</tr>")
    parts.append("</tbody></table>")
    return "".join(parts)
