"""What a process apart is asked to do in tests; needs no settings."""

import os


def surroundings(_data: bytes) -> bytes:
    return repr(sorted(os.environ.items())).encode()


def die(_data: bytes) -> bytes:
    os._exit(0)


def refuse(_data: bytes) -> bytes:
    raise KeyError("secret")
