"""What htmx would do to a page, without a browser.

Parse a page, let an element make its htmx request through Django's test client, put the answer where
hx-target and hx-swap say (out-of-band parts too), and compare the result with a full reload: a fragment
that forgets something the whole page shows is then a failing test.
"""

import re
from typing import Any
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag

VERBS = ("get", "post", "put", "patch", "delete")
# Differ between two renderings of the same page without meaning anything.
CHANGING = [("input[name=csrfmiddlewaretoken]", "value"), ("[data-request-id]", "data-request-id")]


class SwapError(AssertionError):
    """The page asks htmx for something that would not work."""


class Page:
    """A page as a person with htmx sees it."""

    def __init__(self, client: Any, url: str, **headers: str) -> None:
        self.client = client
        self.url = url
        self.soup = BeautifulSoup(self._whole(), "lxml")

    def _whole(self) -> str:
        response = self.client.get(self.url)
        if response.status_code != 200:
            raise SwapError(f"{self.url} answers {response.status_code}")
        return response.content.decode()

    def one(self, selector: str) -> Tag:
        """The only element that matches."""
        found = self.soup.select(selector)
        if len(found) != 1:
            raise SwapError(f"{selector} matches {len(found)} elements of {self.url}")
        return found[0]

    def trigger(self, selector: str, **values: Any) -> Any:
        """Let the element make its request (with the form's fields and `values`) and swap the answer in."""
        element = self.one(selector)
        verb, address = _request(element)
        url = urljoin(self.url, address) or self.url
        fields = {**_fields(element, self.soup), **values}
        target = self._target(element)
        headers = {"HX-Request": "true", "HX-Current-URL": self.url}
        if target is not None and target.get("id"):
            headers["HX-Target"] = str(target["id"])
        response = getattr(self.client, verb)(url, fields, headers=headers)
        if response.status_code == 204 or response.headers.get("HX-Redirect"):
            return response
        # 422 is swapped too: assets/site.js allows it so that form errors are shown.
        if response.status_code not in {200, 422}:
            raise SwapError(f"{verb} {url} answers {response.status_code}, which htmx does not swap")
        pushed = response.headers.get("HX-Push-Url") or _inherited(element, "hx-push-url")
        self._swap(element, target, response)
        if pushed and pushed != "false":
            self.url = _with_query(url, fields, verb) if pushed == "true" else urljoin(self.url, pushed)
        return response

    def _target(self, element: Tag) -> Tag | None:
        wanted = _inherited(element, "hx-target") or "this"
        holder = _holder(element, "hx-target")
        if wanted == "this":
            return holder or element
        relation, _, rest = wanted.partition(" ")
        if relation == "closest":
            return _closest(element, rest)
        if relation == "find":
            return element.select_one(rest)
        if relation == "next":
            return element.find_next_sibling() if not rest else _after(element, rest)
        if wanted == "body":
            return self.soup.body
        return self.one(wanted)

    def _swap(self, element: Tag, target: Tag | None, response: Any) -> None:
        style = (response.headers.get("HX-Reswap") or _inherited(element, "hx-swap") or "innerHTML").split()[
            0
        ]
        if response.headers.get("HX-Retarget"):
            target = self.one(response.headers["HX-Retarget"])
        if target is None:
            raise SwapError(f"{element.name} has no target on {self.url}")
        fragment = _parse(response.content.decode())
        for part in fragment.select("[hx-swap-oob]"):
            self._swap_oob(part)
        selected = response.headers.get("HX-Reselect") or _inherited(element, "hx-select")
        nodes = fragment.select(selected) if selected else list(fragment.contents)
        _put(target, style, [node.extract() for node in nodes])

    def _swap_oob(self, part: Tag) -> None:
        how = str(part["hx-swap-oob"])
        del part["hx-swap-oob"]
        part.extract()
        style, _, selector = how.partition(":")
        style = "outerHTML" if style == "true" else style
        target = self.one(selector or f"#{part.get('id')}")
        _put(target, style, [part] if style == "outerHTML" else list(part.contents))

    def assert_same_after_reload(self) -> None:
        """The page after its swaps must equal the page fetched whole."""
        shown, fresh = canonical(self.soup), canonical(BeautifulSoup(self._whole(), "lxml"))
        if shown != fresh:
            differing = [(left, right) for left, right in zip(shown, fresh, strict=False) if left != right]
            first = differing[0] if differing else (shown[len(fresh) :][:3], fresh[len(shown) :][:3])
            raise SwapError(
                f"after the swap {self.url} differs from a reload: {first[0]!r} against {first[1]!r}"
            )


def canonical(soup: BeautifulSoup) -> list[str]:
    """The page as lines of tags and words, without what may differ between two renderings."""
    copy = BeautifulSoup(str(soup), "lxml")
    for selector, attribute in CHANGING:
        for element in copy.select(selector):
            element[attribute] = "…"
    for element in copy.select(".htmx-added, .htmx-settling"):
        element["class"] = [name for name in element["class"] if not name.startswith("htmx-")]
    return [re.sub(r"\s+", " ", line).strip() for line in copy.prettify().splitlines() if line.strip()]


def _parse(html: str) -> Tag:
    """The fragment's nodes under one parent; html.parser keeps the table rows that lxml would drop."""
    parent = BeautifulSoup(f"<hq-fragment>{html}</hq-fragment>", "html.parser").find("hq-fragment")
    assert isinstance(parent, Tag)
    return parent


def _put(target: Tag, style: str, nodes: list[Any]) -> None:
    places = {
        "innerHTML": lambda: (target.clear(), target.extend(nodes)),
        "outerHTML": lambda: target.replace_with(*nodes) if nodes else target.extract(),
        "beforebegin": lambda: target.insert_before(*nodes),
        "afterend": lambda: target.insert_after(*nodes),
        "afterbegin": lambda: [target.insert(0, node) for node in reversed(nodes)],
        "beforeend": lambda: target.extend(nodes),
        "delete": target.extract,
        "none": lambda: None,
    }
    if style not in places:
        raise SwapError(f"unknown hx-swap {style!r}")
    places[style]()


def _request(element: Tag) -> tuple[str, str]:
    for verb in VERBS:
        if element.has_attr(f"hx-{verb}"):
            return verb, str(element[f"hx-{verb}"])
    raise SwapError(f"<{element.name}> makes no htmx request")


def _holder(element: Tag, attribute: str) -> Tag | None:
    for each in (element, *element.parents):
        if isinstance(each, Tag) and each.has_attr(attribute):
            return each
    return None


def _inherited(element: Tag, attribute: str) -> str:
    holder = _holder(element, attribute)
    return str(holder[attribute]) if holder is not None else ""


def _closest(element: Tag, selector: str) -> Tag | None:
    return next(
        (each for each in (element, *element.parents) if isinstance(each, Tag) and each.css.match(selector)),
        None,
    )


def _after(element: Tag, selector: str) -> Tag | None:
    return next((each for each in element.find_all_next(True) if each.css.match(selector)), None)


def _fields(element: Tag, soup: BeautifulSoup) -> dict[str, Any]:
    """What htmx sends: the element's own value, its form's fields, those of hx-include, and hx-vals."""
    fields: dict[str, Any] = {}
    form = element if element.name == "form" else element.find_parent("form")
    if form is not None:
        fields.update(form_values(form))
    included = _inherited(element, "hx-include")
    if included:
        sources = (
            [_closest(element, included[8:])] if included.startswith("closest ") else soup.select(included)
        )
        for source in sources:
            fields.update(form_values(source) if source.name == "form" else _value(source))
    if element.get("name"):
        fields.update(_value(element))
    return fields


def form_values(form: Tag) -> dict[str, Any]:
    """A form's successful controls as a browser would send them (buttons apart)."""
    fields: dict[str, Any] = {}
    for control in form.select("input, select, textarea"):
        for name, value in _value(control).items():
            if name in fields and control.get("type") == "checkbox":
                held = fields[name]
                fields[name] = [*(held if isinstance(held, list) else [held]), value]
            else:
                fields[name] = value
    return fields


def _value(control: Tag) -> dict[str, Any]:
    name, kind = control.get("name"), str(control.get("type", "text"))
    if not name or control.has_attr("disabled") or kind in {"submit", "button", "image", "reset", "file"}:
        return {}
    if kind in {"checkbox", "radio"}:
        return {str(name): control.get("value", "on")} if control.has_attr("checked") else {}
    if control.name == "select":
        chosen = control.select_one("option[selected]") or control.select_one("option")
        return {str(name): chosen.get("value", chosen.get_text())} if chosen else {}
    if control.name == "textarea":
        return {str(name): control.get_text()}
    return {str(name): control.get("value", "")}


def _with_query(url: str, fields: dict[str, Any], verb: str) -> str:
    if verb != "get" or not fields:
        return url
    pairs = "&".join(f"{name}={value}" for name, value in fields.items())
    return f"{url}?{pairs}"
