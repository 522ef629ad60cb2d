"""Numbers and products on the pages of stationing."""

from django import template

from huiqi.stationing.products import product_of

register = template.Library()


@register.filter
def thousands(number: int | None) -> str:
    """120,000; `None` gives —."""
    return "—" if number is None else f"{number:,}"


@register.filter
def product_name(product: str) -> str:
    """The product's name in words."""
    return product_of(product).name


@register.filter
def product_unit(product: str) -> str:
    """The unit it is counted in."""
    return product_of(product).unit
