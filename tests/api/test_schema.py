"""The OpenAPI document is what the server does: every operation succeeds once, and nothing makes it fail or answer otherwise."""

import json
from collections import Counter
from random import Random
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import Place
from tests.api.valid import PICTURE, VALID, billed, make_true, photographed
from tests.api.wire import ORIGIN, Signer, session_of
from tests.world import worker

SEED = 20261122
EXAMPLES = 40
"""Fuzzed requests of each operation, beside the examples and the edges that schemathesis makes of its schema."""
SIGNED_SHARE, TRUE_SHARE = 0.85, 0.6
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(autouse=True)
def _sms_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is never reached: a text is only queued here."""
    monkeypatch.setenv("PERISAI_SMS_URL", "http://127.0.0.1:9/")


@schemathesis.serializer("application/x-ndjson", "application/vnd.perisai.sealed+ndjson")
def _lines(context: Any, value: Any) -> bytes | str:
    """Lines as they are; what is no text becomes a line of JSON."""
    return value if isinstance(value, str | bytes) else json.dumps(value)


ANSWERS = frozenset({"accepted", "review", "rejected", "received", "held", "conflict", "invalid"})


def _operations(place: Place) -> dict[str, Any]:
    return {result.ok().label: result.ok() for result in place.document.get_all_operations()}


def _check(case: Case, session: requests.Session) -> Response:
    response = case.call(base_url=ORIGIN, session=session)
    case.validate_response(response, checks=CHECKS)
    if response.status_code >= 400:
        _check_words(case.operation.label, json.loads(response.content))
    return response


def _check_words(label: str, body: dict[str, Any]) -> None:
    """Problem details with words in both languages, or a SNAP answer with its code of seven digits."""
    if "/snap/" in label and "responseCode" in body:
        assert len(body["responseCode"]) == 7
        assert body["responseMessage"]
        return
    assert body["code"].startswith("E"), body
    for texts in (body["text"], body["action"]):
        assert texts["id"], body
        assert texts["en"], body


def test_every_operation_is_answered_2xx(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """The table of operations: each one succeeds, and its answer is what the document says."""
    operations = _operations(place)
    got: dict[str, int] = {}
    for label, make in VALID.items():
        valid = make(place)
        body = {"body": valid.body, "media_type": valid.media_type} if valid.media_type else {}
        case = operations[label].Case(path_parameters=valid.path, query=valid.query, headers=valid.headers, **body)
        got[label] = _check(case, place.session).status_code
    without = [label for label in operations if not 200 <= got.get(label, 0) < 300]
    assert not without, f"no 2xx from {without}; answers: {got}"


@pytest.mark.parametrize("label", VALID)
def test_fuzzed_operation_never_fails_and_keeps_to_the_document(place: Place, label: str) -> None:
    """Examples, edges of the schema and fuzzing, right and wrong data, mostly signed, the same at every run."""
    random = Random(SEED)
    session = session_of(Signer(place.phone, place.bank, place.signer.read_key, SIGNED_SHARE, random))
    code, _ = billed(place.phone)
    address = photographed(place.phone, PICTURE + label.encode())
    answers: Counter[int] = Counter()

    def check(case: Case) -> None:
        if random.random() < TRUE_SHARE:
            make_true(case, place, code, address)
        answers[_check(case, session).status_code] += 1

    operation = _operations(place)[label]
    modes = [HypothesisTestMode.EXAMPLES, HypothesisTestMode.COVERAGE, HypothesisTestMode.FUZZING]
    config = HypothesisTestConfig(
        modes=modes,
        project=place.document.config,
        seed=SEED,
        settings=settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    place.document.config.generation.update(modes=list(GenerationMode))
    create_test(operation=operation, test_func=check, config=config)()
    print(label, dict(answers))
    assert answers.total() > 0


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_FIELDS = st.dictionaries(st.sampled_from(sorted(worker())), _JSON, min_size=1, max_size=3)


@settings(max_examples=40, database=None, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(changed=_FIELDS, at=_JSON, spot=_JSON, kind=st.sampled_from(["enrol", "cancel"]))
def test_fuzzed_op_is_answered_and_never_blocks_the_next(
    place: Place, changed: dict[str, Any], at: Any, spot: Any, kind: str
) -> None:
    """Whatever stands in an op, it gets an answer, and so does the good one behind it."""
    phone = place.phone
    phone.op(kind, worker() | changed if kind == "enrol" else changed)
    line = json.loads(phone.outbox.pop())
    phone.seq, phone.head = line["seq"] - 1, line["prev"]
    phone.append(json.dumps(line | ({"at": at, "place": spot} if at else {})).encode())
    phone.op("enrol", worker())
    answers = phone.push()
    assert [answer["status"] for answer in answers][1] == "accepted"
    assert answers[0]["status"] in ANSWERS - {"received", "held", "invalid"}
