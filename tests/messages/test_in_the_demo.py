"""The whole way over real HTTP: a phone asks, the worker process sends, the simulated gateway shows, the worker reads it out."""

import json
import re
import time

import httpx

from perisai.web.simulate.phone import Phone
from tests.running import Running
from tests.world import some_job, worker

SECONDS = 60.0


def _read_on_the_page(client: httpx.Client, number: str) -> str:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        page = client.get("/simulate/sms/", params={"to": number[-4:]})
        assert page.status_code == 200
        found = re.search(r"Kode persetujuan PERISAI: (\d{6})", page.text)
        if found is not None and number in page.text:
            return found[1]
        time.sleep(0.2)
    raise AssertionError("no text came")


def test_consent_read_aloud_from_request_to_accepted(demo: Running) -> None:
    number = "+6281200077788"
    with httpx.Client(base_url=demo.origin, timeout=60) as client:
        phone = Phone(client)
        fresh = json.loads(demo.run("demo", "--credentials").stdout)["agents"]
        phone.activate(fresh[6]["activation_code"])
        asked = phone.signed(
            "POST",
            "/api/v1/sync/consent-code",
            json.dumps({"phone": number}).encode(),
            {"Content-Type": "application/json"},
        )
        assert asked.status_code == 200, asked.text
        phone.take_token(asked.json())
        code = _read_on_the_page(client, number)
        signature = {"kind": "spoken", "name": "Mbah Minah", "challenge": asked.json()["challenge"], "code": code}
        phone.op("enrol", worker(phone=number, signature=signature, jobs=[{"code": some_job("other")}]))
        assert phone.push()[0]["status"] == "accepted"
        wrong = phone.signed("POST", "/api/v1/sync/consent-code", b"{}", {"Content-Type": "application/json"})
        assert wrong.status_code in (400, 422)
        nobody = client.post("/simulate/sms/send", json={"to": number, "text": "x", "id": "1"})
        assert nobody.status_code == 401, "only who knows the gateway's key may send"
