"""What the interface answers is kept by nobody: it may hold people's data, whatever its status."""

from pathlib import Path

import httpx
import pytest

ASKED = (
    ("GET", "/api/v1/sync/pull"),
    ("POST", "/api/v1/sync/push"),
    ("POST", "/api/v1/sync/time"),
    ("POST", "/api/v1/activation"),
    ("GET", f"/api/v1/attachments/{'0' * 64}"),
    ("PATCH", f"/api/v1/attachments/{'0' * 64}"),
    ("GET", "/api/v1/nothing"),
    ("DELETE", "/api/v1/sync/push"),
)


@pytest.fixture
def http(database: Path) -> httpx.Client:
    del database
    from perisai.web.wsgi import application

    return httpx.Client(transport=httpx.WSGITransport(app=application), base_url="http://localhost")


@pytest.mark.parametrize(("method", "path"), ASKED)
def test_answer_of_the_interface_is_not_stored(http: httpx.Client, method: str, path: str) -> None:
    answer = http.request(method, path, content=b"{}" if method in ("POST", "PATCH") else None)
    assert answer.headers["Cache-Control"] == "no-store", answer.status_code


def test_answer_to_what_is_too_large_is_not_stored(http: httpx.Client) -> None:
    answer = http.post("/api/v1/sync/push", content=b"x" * (7 * 1024 * 1024))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (413, "no-store")


def test_rules_are_public_and_asked_for_anew(http: httpx.Client) -> None:
    assert http.get("/api/v1/reference/rules").headers["Cache-Control"] == "no-cache"
