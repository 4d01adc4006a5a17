"""Phones that speak to the whole web stack within the test's process."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives import serialization

from perisai.web.simulate.phone import Phone
from tests.world import FieldAgent, make_device


@pytest.fixture
def http(database: Path) -> Iterator[httpx.Client]:
    from perisai.web.wsgi import application

    transport = httpx.WSGITransport(app=application)
    with httpx.Client(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.fixture
def phone_of(http: httpx.Client) -> Callable[[FieldAgent], Phone]:
    """An activated phone of an agent."""

    def make(agent: FieldAgent) -> Phone:
        return activated(Phone(http), agent)

    return make


def activated(phone: Phone, agent: FieldAgent) -> Phone:
    spki = phone.key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    phone.device = str(make_device(agent, spki))
    phone.sync_time()
    return phone
