"""What no log may hold: addresses that open somebody's page to whoever has them."""

import logging
import re
from contextlib import suppress
from typing import Final

_SECRET: Final = re.compile(
    r"(/(?:p|j|ujian|berkas|kuitansi|daftar-agen/saya|daftar-kantor/saya|latihan/bayar)/)[^/\s?]+"
)


def without_tokens(text: str) -> str:
    """``/berkas/…/`` instead of the whole."""
    return _SECRET.sub(r"\1…", text)


class HideTokens(logging.Filter):
    """The framework logs the address of each refused request."""

    def filter(self, record: logging.LogRecord) -> bool:
        with suppress(TypeError, ValueError):  # what does not fit its arguments is told by the handler
            record.msg, record.args = without_tokens(record.getMessage()), ()
        return True
