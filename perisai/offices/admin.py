# ruff: noqa: ARG002 - the admin of Django passes more than these need
"""Master data of offices for superusers; every save goes through the verbs."""

from typing import Any, cast

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from perisai.accounts.audience import PageRequest
from perisai.offices import office
from perisai.offices.models import Office, Region


@admin.register(Office)
class OfficeAdmin(ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    list_display = ("name", "code", "kind", "branch_id", "timezone", "is_open", "is_demo")
    list_filter = ("kind", "is_open", "is_demo")
    search_fields = ("name", "code")
    ordering = ("path",)
    fields = (
        "id",
        "kind",
        "parent",
        "code",
        "name",
        "timezone",
        "province_code",
        "regencies",
        "address",
        "is_open",
        "is_demo",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Office | None = None) -> tuple[str, ...]:
        return ("id", "kind", "parent", "province_code", "is_demo") if obj else ("is_open",)

    def has_delete_permission(self, request: HttpRequest, obj: Office | None = None) -> bool:
        """Records name offices; one that is gone is closed."""
        return False

    def save_model(self, request: HttpRequest, obj: Office, form: "ModelForm[Office]", change: bool) -> None:
        work = cast(PageRequest, request).work
        same: dict[str, Any] = {
            name: getattr(obj, name) for name in ("code", "name", "timezone", "regencies", "address")
        }
        if change:
            office.edit_office(work, office=obj, is_open=obj.is_open, **same)
        else:
            made = office.create_office(
                work,
                id=obj.id,
                kind=obj.kind,
                parent=obj.parent,
                province_code=obj.province_code,
                is_demo=obj.is_demo,
                **same,
            )
            obj.path, obj.branch_id = made.path, made.branch_id


@admin.register(Region)
class RegionAdmin(ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """Loaded by ``perisai manage load_regions``; looked at here."""

    list_display = ("code", "name", "level", "parent_code")
    list_filter = ("level",)
    search_fields = ("code__startswith", "name")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Region | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Region | None = None) -> bool:
        return False
