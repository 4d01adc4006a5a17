"""A database that is made once is copied while it may be, and made again once it is too old."""

import math
from pathlib import Path

import pytest

from tests import prepared


@pytest.mark.parametrize(("keeps", "made"), [(math.inf, 1), (0.0, 2)])
def test_what_is_too_old_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keeps: float, made: int
) -> None:
    monkeypatch.setattr(prepared, "KEPT", tmp_path / "kept")
    times: list[Path] = []

    def make(fresh: Path) -> None:
        times.append(fresh)
        for part in ("run", "log", "pg"):
            (fresh / part).mkdir()

    for name in ("first", "second"):
        prepared._put("any", "the same", make, tmp_path / name, keeps)
        assert (tmp_path / name / "pg" / "local.conf").read_text() == prepared.UNSAFE
    assert len(times) == made
