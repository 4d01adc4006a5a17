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
from tests.world import FieldAgent, make_agent, make_branch, make_device


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


@pytest.fixture(scope="session")
def http(database: Path) -> Iterator[httpx.Client]:
    with httpx.Client(transport=Wire(), base_url=ORIGIN) as client:
        yield client


@pytest.fixture(scope="session")
def place(http: httpx.Client) -> Place:
    agent = make_agent(make_branch())
    phone, bank = activated(http, agent), make_bank()
    signer = Signer(phone, bank)
    document = schemathesis.openapi.from_dict(http.get("/api/v1/openapi.json").json())
    return Place(document, session_of(signer), signer, http, agent, phone, bank)
