"""The words by which a firm is found, after its names or codes changed."""

from collections.abc import Iterable

from huiqi.enterprises.models import Enterprise, FormerIdentity
from huiqi.enterprises.search_text import search_text

SEARCHED = (FormerIdentity.Kind.NAME, FormerIdentity.Kind.CREDIT_CODE)


def renew_search_words(enterprise_ids: Iterable[int]) -> None:
    """Make the grams of these rows anew: present and former names and codes, also of rows merged into them.

    Belongs inside the transaction of whatever changed them.
    """
    ids = list(enterprise_ids)
    firms = Enterprise.objects.filter(pk__in=ids).order_by("pk")
    merged = Enterprise.objects.filter(merged_into__in=ids).order_by("pk")
    root = {row.pk: row.merged_into_id for row in merged} | {pk: pk for pk in ids}
    words: dict[int, list[str]] = {pk: [] for pk in ids}
    for row in merged:
        words[root[row.pk] or row.pk] += [row.name, row.credit_code or ""]
    past = FormerIdentity.objects.filter(enterprise__in=list(root), kind__in=SEARCHED).order_by("pk")
    for pk, value in past.values_list("enterprise_id", "value"):
        words[root[pk] or pk].append(value)
    for firm in firms:
        text = search_text(firm.name, firm.initials, firm.credit_code, words[firm.pk])
        if text != firm.search_text:
            Enterprise.objects.filter(pk=firm.pk).update(search_text=text)
