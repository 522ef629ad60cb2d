"""What questionnaires of this site may name: the catalogue's facts, the policies, the items on offer."""

from huiqi.questionnaires.offers import OFFERS
from huiqi.questionnaires.xlsform.meanings import Known
from huiqi.reference import judging


def known_here(*, asks_items: bool = True) -> Known:
    """For the check of an upload; without items for who must do without the database."""
    book = judging.rulebook()
    items = OFFERS.items() if asks_items and OFFERS.items is not None else None
    # Before a site has loaded its items there is nothing to hold a file to.
    return Known(book.catalogue.facts, book.policies.keys(), items or None)


def policy_titles() -> list[tuple[str, str]]:
    """The policies of the catalogue by id, with their titles."""
    return [(key, policy.title) for key, policy in judging.rulebook().policies.items()]
