"""What came of an act, said on the next page."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huiqi.core.language import day_words, worded
from huiqi.lists.chain import Act
from huiqi.lists.commands.entries import Outcome
from huiqi.lists.forms.entries import ACTS
from huiqi.lists.models import ListBatch

MOST_SHOWN = 50


def act_words(act: Act, extended_to: date | None) -> str:
    """The button of an act; accepting during a notice says until when the notice will run."""
    if act == Act.ACCEPT and extended_to is not None:
        return _("%(act)s（公示延至%(day)s）") % {"act": ACTS[act], "day": day_words(extended_to)}
    return str(ACTS[act])


def tell(request: HttpRequest, outcome: Outcome) -> None:
    """How many were done, and for each of the others why not."""
    if outcome.done:
        count = len(outcome.done)
        messages.success(
            request, ngettext("已办%(count)s家。", "已办%(count)s家。", count) % {"count": count}
        )
    for name, why in outcome.refused[:MOST_SHOWN]:
        messages.warning(request, f"{name}：{worded(why)}" if name else worded(why))


def tell_extension(request: HttpRequest, before: ListBatch) -> None:
    """Say so when the act has made a running notice end later."""
    after = ListBatch.objects.get(pk=before.pk).notice_until
    if after is not None and before.notice_until is not None and after > before.notice_until:
        said = _("公示期重新计算，延至%(day)s；公示页已改。")
        messages.warning(request, said % {"day": day_words(after)})
