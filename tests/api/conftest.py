"""An agent's phone, a bank and the OpenAPI document that they are held against."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from cryptography.hazmat.primitives import serialization

from perisai.web.simulate.bank import BankSimulator
from perisai.web.simulate.phone import Phone
from tests.api.wire import ORIGIN, Signer, Wire, session_of
from tests.payments.place import make_bank
from tests.world import Branch, FieldAgent, make_agent, make_branch, make_device, system_work


@dataclass
class Place:
    """``document``: the OpenAPI document as schemathesis reads it; ``session`` signs for ``phone`` and ``bank``."""

    document: Any
    session: requests.Session
    signer: Signer
    http: httpx.Client
    agent: FieldAgent
    phone: Phone
    bank: BankSimulator


def activated(http: httpx.Client, agent: FieldAgent) -> Phone:
    phone = Phone(http)
    spki = phone.key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    phone.device = str(make_device(agent, spki))
    phone.sync_time()
    return phone


def make_read_key(branch: Branch) -> str:
    """The secret of a key that may read all of a branch, as often as a test likes."""
    from perisai.feeds import key
    from perisai.offices.models import Office

    with system_work(branch) as work:
        asked = key.Asked("Uji", "uji@example.org", key.PARTS, key.MOST_PER_MINUTE, 30)
        return key.make_key(work, office=Office.objects.get(pk=branch.id), asked=asked)[1]


@pytest.fixture(scope="session")
def http(database: Path) -> Iterator[httpx.Client]:
    with httpx.Client(transport=Wire(), base_url=ORIGIN) as client:
        yield client


@pytest.fixture(scope="session")
def place(http: httpx.Client) -> Place:
    agent = make_agent(make_branch())
    phone, bank = activated(http, agent), make_bank()
    signer = Signer(phone, bank, make_read_key(agent.branch))
    document = schemathesis.openapi.from_dict(http.get("/api/v1/openapi.json").json())
    return Place(document, session_of(signer), signer, http, agent, phone, bank)
