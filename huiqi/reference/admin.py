"""Staff may look at the code lists; they change only through commands."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from huiqi.reference.models import CodeList, Division, Industry, RiskLevel


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Looking is allowed, changing is not, whatever permissions a person has."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Division)
class DivisionAdmin(ReadOnlyAdmin):
    list_display = ["code", "full_name", "level", "valid_from", "valid_to"]
    list_filter = ["level"]
    search_fields = ["code", "name", "pinyin", "initials"]


@admin.register(Industry)
class IndustryAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "level", "section"]
    list_filter = ["level", "section"]
    search_fields = ["code", "name", "pinyin", "initials"]


@admin.register(CodeList)
class CodeListAdmin(ReadOnlyAdmin):
    list_display = ["name", "rows", "loaded_at"]


@admin.register(RiskLevel)
class RiskLevelAdmin(ReadOnlyAdmin):
    list_display = ["division", "level", "valid_from", "valid_to", "document", "known_on"]
    list_filter = ["level"]
    search_fields = ["division__name", "document"]
