"""Pages of the session's server."""

from tests.sync.conftest import http

__all__ = ["http"]
