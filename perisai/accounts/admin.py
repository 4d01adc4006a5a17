# ruff: noqa: ARG002 - the admin of Django passes more than these need
"""Accounts and phones for superusers to look at. They are changed on the console's pages, which go through the verbs."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from perisai.accounts import user
from perisai.accounts.audience import PageRequest
from perisai.accounts.models import Device, User
from perisai.errors import Refused

admin.site.unregister(Group)  # Roles are data of this platform, not groups.


class LookOnly(ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(LookOnly):
    list_display = ("full_name", "username", "role", "office", "is_active", "is_superuser", "last_login")
    list_filter = ("role", "is_active", "is_superuser")
    list_select_related = ("office",)
    search_fields = ("full_name", "username")
    fields = (
        "full_name", "username", "role", "office", "language", "is_active", "is_superuser", "last_login", "password_changed_at",
    )  # fmt: skip
    actions = ("close_accounts",)

    @admin.action(description="Tutup akun · close accounts")
    def close_accounts(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        page = cast(PageRequest, request)
        for chosen in queryset.select_related("office"):
            try:
                user.deactivate(page.work, viewer=page.viewer, user=chosen)
            except (Refused, ValueError) as error:
                messages.error(request, f"{chosen.username}: {error}")


@admin.register(Device)
class DeviceAdmin(LookOnly):
    list_display = ("id", "name", "branch_id", "agent_id", "state", "activated_at", "last_seen_at")
    list_filter = ("state",)
    search_fields = ("id", "agent_id")
    fields = (
        "id",
        "branch_id",
        "agent_id",
        "name",
        "app",
        "state",
        "activated_at",
        "last_seen_at",
        "ended_at",
        "end_reason",
    )
