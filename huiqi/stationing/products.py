"""The key materials whose makers report: read once from rulebook/key_products.yaml."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from huiqi.rules.documents import read_document

FILE = "key_products.yaml"


@dataclass(frozen=True)
class Product:
    """One key material; its numbers are whole numbers of `unit`. `standard` is the standard defining it."""

    id: str
    name: str
    unit: str
    standard: str


@lru_cache(maxsize=4)
def _load(path: Path) -> dict[str, Product]:
    entry, problems = read_document(path, FILE)
    plain: Any = entry.plain if entry else None
    rows = plain.get("products", []) if isinstance(plain, dict) else []
    try:
        products = [Product(**row) for row in rows]
    except TypeError as error:
        raise ImproperlyConfigured(f"{FILE}: {error}") from error
    if problems or not products or len({product.id for product in products}) < len(products):
        raise ImproperlyConfigured(
            f"{FILE}: {[str(problem) for problem in problems] or 'empty or an id twice'}"
        )
    return {product.id: product for product in products}


def products() -> dict[str, Product]:
    """All products by id, in the order of the file."""
    return _load(Path(settings.RULEBOOK_DIR) / FILE)


def product_of(product_id: str) -> Product:
    """The product of that id; one that was taken out of the file keeps its id as its name."""
    return products().get(product_id) or Product(product_id, product_id, "", "")
