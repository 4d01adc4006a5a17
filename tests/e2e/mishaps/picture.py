"""Pictures as large as those of a camera, without a library: random colours do not compress."""

import random
import struct
import zlib


def noisy_png(width: int = 900, height: int = 600, *, grain: int = 6, seed: int = 0) -> bytes:
    """A PNG of coloured squares of ``grain`` pixels; the app makes a JPEG of some 100 kB of it, more with finer grain."""
    rng = random.Random(seed)
    rows = []
    for top in range(0, height, grain):
        row = b"".join(rng.randbytes(3) * grain for _ in range(-(-width // grain)))[: width * 3]
        rows += [b"\x00" + row] * min(grain, height - top)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 1)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
