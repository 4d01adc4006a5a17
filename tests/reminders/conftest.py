"""The same phones as the device protocol's tests."""

from tests.sync.conftest import http, phone_of

__all__ = ["http", "phone_of"]
