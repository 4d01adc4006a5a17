"""The same wire as the API's tests, and a receiver of web hooks."""

from tests.api.conftest import http
from tests.feeds.receiver import receiver

__all__ = ["http", "receiver"]
