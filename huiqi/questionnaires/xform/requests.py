"""Which requests the answers given offer: what each would say, and what is shown to who handles it. Pure."""

import re
from dataclasses import dataclass

from huiqi.questionnaires.xform.definition import RequestRule
from huiqi.questionnaires.xform.session import Session
from huiqi.questionnaires.xform.snapshot import Snapshot, snapshot_of
from huiqi.questionnaires.xpath.values import to_boolean

_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
TITLE_LENGTH = 80


@dataclass(frozen=True)
class Offer:
    """A request an answer can become. `key` names the rule in its version of the questionnaire."""

    key: str
    item: str
    topic: str
    title: str
    text: str
    fields: tuple[tuple[str, str], ...]
    snapshot: Snapshot


def offers_in(session: Session) -> list[Offer]:
    """What these answers offer, in the order of the sheet."""
    found = []
    for rule in session.form.requests:
        if to_boolean(session.filling.evaluate(rule.when, session.filling.root, default=False)):
            found.append(_offer(session, rule))
    return found


def _offer(session: Session, rule: RequestRule) -> Offer:
    def said(template: str) -> str:
        return _REFERENCE.sub(lambda match: _answer(session, rule, match[1]), template).strip()

    fields = ((name, said(template)) for name, template in rule.fields)
    return Offer(
        key=rule.key,
        item=rule.item,
        topic=rule.topic,
        title=said(rule.title)[:TITLE_LENGTH],
        text=said(rule.text),
        fields=tuple((name, text) for name, text in fields if text),
        snapshot=snapshot_of(session, rule.attach),
    )


def _answer(session: Session, rule: RequestRule, name: str) -> str:
    path = rule.names.get(name, "")
    return session.said(path) if path and session.is_relevant(path) else ""
