"""What questionnaires may offer to open: the service items of the app above them."""

from collections.abc import Mapping

from huiqi.cases.queries.items import offered_items
from huiqi.questionnaires.xlsform.meanings import ItemSketch


def item_sketches() -> Mapping[str, ItemSketch]:
    """The items offered to the public today, as far as a questionnaire names them."""
    return {
        row.item: ItemSketch(
            frozenset(topic.id for topic in row.definition.topics),
            frozenset(each.id for each in row.definition.fields),
            row.definition.title,
            {topic.id: topic.title for topic in row.definition.topics},
        )
        for row in offered_items()
    }
