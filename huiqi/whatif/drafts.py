"""A scenario as draft edition in the rulebook's own format; it comes into force only through the rulebook."""

from datetime import date
from typing import Any

import yaml
from django.conf import settings

from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop
from huiqi.rules.documents import read_document
from huiqi.whatif.models import Scenario
from huiqi.whatif.variants import changed, plain

SUFFIX = "-draft"
HEAD = (
    "# 版本草案：{title}（{unit}，{author}；复核：{reviewer}）\n"
    "# 内部测算，不是决定。起始日和每个改动的依据以正式文件为准，请补齐来源后再入库。\n"
    "# 入库前运行：huiqi rulebook check 规则目录\n"
)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        """The rulebook refuses anchors: everything is written out."""
        return True


def draft_text(scenario: Scenario) -> str:
    """policy.yaml of today's rulebook with one more edition, which takes the old one's place from its day."""
    path = settings.RULEBOOK_DIR / scenario.policy / "policy.yaml"
    document, _problems = read_document(path, "policy.yaml")
    if document is None:
        raise Refused("whatif.no_edition", gettext_noop("规则库里的这项政策读不出来。"))
    made = dict(plain(document.plain))
    made["editions"] = [*made["editions"], _edition(scenario)]
    head = HEAD.format(
        title=_one_line(scenario.title),
        unit=scenario.unit,
        author=scenario.author.name,
        reviewer=scenario.reviewed_by.name if scenario.reviewed_by else "—",
    )
    return head + yaml.dump(made, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)


def _edition(scenario: Scenario) -> dict[str, Any]:
    content = changed(scenario.content, scenario.changed)
    day = _day(scenario).isoformat()
    return {
        "id": f"{scenario.edition}{SUFFIX}",
        "known_on": day,
        "from": day,
        "to": content["editions"][0]["to"],
        "supersedes": scenario.edition,
        "confidence": "GAP",
        "note": f"草案：{_one_line(scenario.title)}。起始日待正式文件确定。",
        "conditions": content["conditions"],
        "optional": content.get("optional") or [],
        "benefit": content["benefit"],
        "parameters": content["parameters"],
    }


def _day(scenario: Scenario) -> date:
    """The day of the estimate: a real one is for the deciding authority to set."""
    return scenario.on


def _one_line(text: str) -> str:
    return " ".join(text.split())
