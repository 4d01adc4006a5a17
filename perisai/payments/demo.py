"""Two banks of the demo world, one of each signature scheme; the bank simulator holds their keys."""

from typing import Final, NamedTuple

from cryptography.hazmat.primitives import serialization

from perisai import keys
from perisai.events import vault
from perisai.events.work import Work


class DemoBank(NamedTuple):
    id: str
    name: str
    client_key: str
    service_id: str
    padding: str
    scheme: str
    external_id_reuse: str
    fee_rupiah: int


BANKS: Final = (
    DemoBank("demo-hmac", "Bank Demo Nusantara", "DEMO-BANK-HMAC", "98765", " ", "symmetric", "conflict", 2_500),
    DemoBank("demo-rsa", "Bank Demo Batanghari", "DEMO-BANK-RSA", "87654", "0", "asymmetric", "replay", 4_000),
)

_INSERT = """
INSERT INTO payments_bank (id, name, client_key, client_secret_sealed, public_key, partner_service_id, padding,
  signature_scheme, external_id_reuse, clock_skew_seconds, token_seconds, channel, is_open, is_demo,
  fee_rupiah)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 300, 900, 'va', true, true, %s)
ON CONFLICT (id) DO NOTHING
"""


def load_demo_banks(work: Work) -> None:
    """Adds the banks that are not there yet."""
    public = public_pem(keys.get("bank_sim"))
    for bank in BANKS:
        secret = vault.seal(keys.get("bank_sim_secret"))
        work.execute(
            _INSERT,
            [
                *(bank.id, bank.name, bank.client_key, secret, public, bank.service_id, bank.padding),
                *(bank.scheme, bank.external_id_reuse, bank.fee_rupiah),
            ],
        )


def public_pem(private_pem: bytes) -> str:
    key = serialization.load_pem_private_key(private_pem, password=None)
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
