"""The functions of the ODK XForms specification (Bindings, XPath Functions), by name. Pure.

`kinds` has a letter an argument: s text, n number, b boolean, v any value, N nodes; the last one repeats.
Functions that look at their arguments' paths or leave one unevaluated (if, once, coalesce, instance,
indexed-repeat, position, …) are built by compiling.py; here they have `call=None`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from huiqi.questionnaires.xpath import functions_dates as dates
from huiqi.questionnaires.xpath import functions_geo, functions_nodes, functions_numbers, functions_text

MANY = 255


@dataclass(frozen=True)
class Function:
    """How a function is called; `call(scene, node, *arguments)`."""

    name: str
    kinds: str
    least: int
    most: int
    call: Callable[..., Any] | None = None
    # Its value changes from one evaluation to the next, so a submitted value is not compared.
    is_volatile: bool = False

    def kind(self, index: int) -> str:
        return self.kinds[min(index, len(self.kinds) - 1)]


def _table(*functions: Function) -> Mapping[str, Function]:
    return MappingProxyType({function.name: function for function in functions})


_F = Function
_numbers, _text, _nodes, _geo = functions_numbers, functions_text, functions_nodes, functions_geo
FUNCTIONS: Mapping[str, Function] = _table(
    # text
    _F("string", "v", 0, 1, _text.string),
    _F("concat", "v", 1, MANY, _text.concat),
    _F("join", "sv", 1, MANY, _text.join),
    _F("substr", "snn", 2, 3, _text.substr),
    _F("substring", "snn", 2, 3, _text.substring),
    _F("substring-before", "ss", 2, 2, _text.substring_before),
    _F("substring-after", "ss", 2, 2, _text.substring_after),
    _F("translate", "sss", 3, 3, _text.translate),
    _F("string-length", "s", 0, 1, _text.string_length),
    _F("normalize-space", "s", 0, 1, _text.normalize_space),
    _F("contains", "ss", 2, 2, _text.contains),
    _F("starts-with", "ss", 2, 2, _text.starts_with),
    _F("ends-with", "ss", 2, 2, _text.ends_with),
    _F("uuid", "n", 0, 1, _text.uuid, is_volatile=True),
    _F("digest", "sss", 2, 3, _text.digest),
    _F("base64-decode", "s", 1, 1, _text.base64_decode),
    _F("extract-signed", "ss", 2, 2, None),
    _F("regex", "ss", 2, 2, _text.regex),
    _F("pulldata", "ssss", 4, 4, None),
    # truth
    _F("if", "bvv", 3, 3, None),
    _F("coalesce", "s", 2, MANY, None),
    _F("once", "v", 1, 1, None, is_volatile=True),
    _F("true", "", 0, 0, _text.true),
    _F("false", "", 0, 0, _text.false),
    _F("boolean", "b", 1, 1, _text.boolean),
    _F("boolean-from-string", "s", 1, 1, _text.boolean_from_string),
    _F("not", "b", 1, 1, _text.negate),
    _F("checklist", "nnv", 2, MANY, _text.checklist),
    _F("weighted-checklist", "nnv", 2, MANY, _text.weighted_checklist),
    _F("lang", "s", 1, 1, None),
    # numbers
    _F("number", "v", 0, 1, _numbers.number),
    _F("random", "", 0, 0, _numbers.random, is_volatile=True),
    _F("int", "n", 1, 1, _numbers.integer),
    _F("sum", "v", 1, 1, _numbers.total),
    _F("max", "v", 1, MANY, _numbers.largest),
    _F("min", "v", 1, MANY, _numbers.smallest),
    _F("round", "nn", 1, 2, _numbers.rounded),
    _F("floor", "n", 1, 1, _numbers.floor),
    _F("ceiling", "n", 1, 1, _numbers.ceiling),
    _F("pow", "nn", 2, 2, _numbers.power),
    _F("log", "n", 1, 1, _numbers.log),
    _F("log10", "n", 1, 1, _numbers.log10),
    _F("abs", "n", 1, 1, _numbers.absolute),
    _F("sin", "n", 1, 1, _numbers.sin),
    _F("cos", "n", 1, 1, _numbers.cos),
    _F("tan", "n", 1, 1, _numbers.tan),
    _F("asin", "n", 1, 1, _numbers.asin),
    _F("acos", "n", 1, 1, _numbers.acos),
    _F("atan", "n", 1, 1, _numbers.atan),
    _F("atan2", "nn", 2, 2, _numbers.atan2),
    _F("sqrt", "n", 1, 1, _numbers.square_root),
    _F("exp", "n", 1, 1, _numbers.exp),
    _F("exp10", "n", 1, 1, _numbers.exp10),
    _F("pi", "", 0, 0, _numbers.pi),
    # nodes
    _F("count", "N", 1, 1, _nodes.count),
    _F("count-non-empty", "N", 1, 1, _nodes.count_non_empty),
    _F("position", "N", 0, 1, None),
    _F("last", "", 0, 0, None),
    _F("name", "N", 0, 1, _nodes.name),
    _F("local-name", "N", 0, 1, _nodes.name),
    _F("instance", "s", 1, 1, None),
    _F("current", "", 0, 0, None),
    _F("randomize", "Nv", 1, 2, _nodes.randomize, is_volatile=False),
    _F("indexed-repeat", "NNn", 3, 7, None),
    # dates
    _F("today", "", 0, 0, dates.today),
    _F("now", "", 0, 0, dates.now, is_volatile=True),
    _F("date", "v", 1, 1, dates.date),
    _F("date-time", "v", 1, 1, dates.date_time),
    _F("format-date", "vs", 2, 2, dates.format_date),
    _F("format-date-time", "vs", 2, 2, dates.format_date_time),
    _F("decimal-date-time", "v", 1, 1, dates.decimal_date_time),
    _F("decimal-time", "v", 1, 1, dates.decimal_time),
    # choices and words
    _F("selected", "ss", 2, 2, _nodes.selected),
    _F("selected-at", "sn", 2, 2, _nodes.selected_at),
    _F("count-selected", "s", 1, 1, _nodes.count_selected),
    _F("jr:choice-name", "ss", 2, 2, _nodes.choice_name),
    _F("jr:itext", "s", 1, 1, _nodes.itext),
    # places on the earth
    _F("area", "v", 1, 1, _geo.area),
    _F("distance", "v", 1, MANY, _geo.distance),
    _F("geofence", "ss", 2, 2, _geo.geofence),
)
# Known to the field's clients, refused here, with the reason given at upload.
UNSUPPORTED = frozenset({"pulldata", "extract-signed", "lang"})
