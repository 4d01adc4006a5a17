"""Pictures are drawn anew, videos are limited, and 500 MB are refused before a byte of them is kept."""

import io
from collections.abc import Callable
from uuid import UUID

import pytest
from PIL import Image

from perisai.errors import Refused
from perisai.training import media
from perisai.web.simulate.phone import Phone
from tests.training.courses import make_trainee
from tests.world import Branch, FieldAgent, make_branch, system_work

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00" + bytes(range(256)) * 2100


def _photo(size: tuple[int, int] = (3000, 2000)) -> bytes:
    image, out = Image.new("RGB", size, (30, 120, 60)), io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "Rumah Ibu Sari"
    exif[0x0112] = 6
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def _upload(branch: Branch, data: bytes, piece: int = media.MOST_UPLOAD_PIECE) -> media.Stored:
    with system_work(branch) as work:
        upload_id = media.begin(work, branch_id=branch.id, size=len(data))
    for start in range(0, len(data), piece):
        with system_work(branch) as work:
            media.add_piece(
                work, branch_id=branch.id, upload_id=upload_id, offset=start, piece=data[start : start + piece]
            )
    with system_work(branch) as work:
        return media.finish(work, branch_id=branch.id, upload_id=upload_id)


def _kept(branch: Branch, stored: media.Stored) -> bytes:
    with system_work(branch) as work:
        return b"".join(media.pieces(work, branch_id=branch.id, sha256=stored.sha256, first=0, last=10_000))


def test_picture_is_kept_small_upright_and_without_metadata() -> None:
    branch = make_branch()
    stored = _upload(branch, _photo())
    data = _kept(branch, stored)
    assert (stored.media_type, stored.size) == ("image/jpeg", len(data))
    assert b"Rumah" not in data
    with Image.open(io.BytesIO(data)) as image:
        assert (image.size, dict(image.getexif())) == ((853, 1280), {})


@pytest.mark.parametrize(
    "data", [b"GIF89a" + bytes(100), b"<svg onload='x'>", b"%PDF-1.7", MP4[4:], _photo()[:900], b"\x00" * 5000]
)
def test_file_of_another_kind_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="E9207"):
        _upload(make_branch(), data)


def test_video_of_500_mb_is_refused_before_anything_is_sent() -> None:
    branch = make_branch()
    with pytest.raises(Refused) as refused, system_work(branch) as work:
        media.begin(work, branch_id=branch.id, size=500 * 2**20)
    assert refused.value.code == "E9206"
    assert "500 MB" in refused.value.text()["id"]
    assert "25 MB" in refused.value.text()["id"]


def test_upload_that_grows_beyond_what_it_said_is_stopped() -> None:
    branch = make_branch()
    with system_work(branch) as work:
        upload_id = media.begin(work, branch_id=branch.id, size=1000)
    with pytest.raises(Refused, match="E9206"), system_work(branch) as work:
        media.add_piece(work, branch_id=branch.id, upload_id=upload_id, offset=0, piece=bytes(1001))
    with pytest.raises(Refused, match="E9206"), system_work(branch) as work:
        media.add_piece(
            work, branch_id=branch.id, upload_id=upload_id, offset=0, piece=bytes(media.MOST_UPLOAD_PIECE + 1)
        )
    with pytest.raises(Refused, match="E9208"), system_work(branch) as work:
        media.finish(work, branch_id=branch.id, upload_id=upload_id)


def test_pieces_sent_twice_or_out_of_order_do_no_harm() -> None:
    branch = make_branch()
    with system_work(branch) as work:
        upload_id = media.begin(work, branch_id=branch.id, size=len(MP4))

    def send(start: int, end: int) -> int:
        with system_work(branch) as work:
            return media.add_piece(work, branch_id=branch.id, upload_id=upload_id, offset=start, piece=MP4[start:end])

    half = len(MP4) // 2
    assert send(0, half) == send(0, half) == half
    with pytest.raises(Refused, match="E9208"):
        send(half + 10, len(MP4))
    assert send(half, len(MP4)) == len(MP4)
    with system_work(branch) as work:
        stored = media.finish(work, branch_id=branch.id, upload_id=upload_id)
    assert stored.media_type == "video/mp4"
    assert _kept(branch, stored) == MP4


def test_phone_fetches_a_video_in_pieces(phone_of: Callable[[FieldAgent], Phone]) -> None:
    branch = make_branch()
    stored = _upload(branch, MP4)
    phone, stranger = phone_of(make_trainee(branch)), phone_of(make_trainee(make_branch()))
    got = b""
    while len(got) < stored.size:
        answer = phone.signed("GET", f"/api/v1/training/media/{stored.sha256}?offset={len(got)}")
        assert (answer.status_code, answer.headers["X-Perisai-Size"]) == (200, str(stored.size))
        got += answer.content
    assert got == MP4
    assert stranger.signed("GET", f"/api/v1/training/media/{stored.sha256}").status_code == 404
    assert phone.signed("GET", f"/api/v1/training/media/{stored.sha256}?offset=7").status_code == 400
    assert phone.signed("GET", f"/api/v1/training/media/{stored.sha256}?offset={2**30}").status_code == 400
    assert UUID(phone.device)
