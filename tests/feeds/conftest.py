"""The same wire as the API's tests."""

from tests.api.conftest import http

__all__ = ["http"]
