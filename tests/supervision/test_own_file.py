"""The own file by a personal link: for an agent whose phone is switched off, without an account; that file and nothing else."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from perisai.events.vault import unseal
from perisai.supervision import appeal, ending, link, measure
from perisai.supervision.document import Paper
from tests.supervision.world_of_files import NOW, make_officer, picture_bytes, read, set_agent, work_of
from tests.world import Branch, FieldAgent, make_agent, make_branch

pytestmark = pytest.mark.usefixtures("database")
TODAY = (NOW + timedelta(hours=7)).date()


@pytest.fixture
def ended() -> tuple[Branch, FieldAgent, str]:
    """A branch, an agent who was ended, and the path of the link in the text that told of it."""
    branch = make_branch()
    agent = make_agent(branch)
    set_agent(branch, agent, phone="+6281200000001")
    with work_of(branch, make_officer(branch)) as work:
        ending.end(
            work, branch_id=branch.id, agent_id=agent.id, reason="cash", text="Iuran sebelas orang tidak disetor",
            papers=[Paper("bukti.jpg", picture_bytes())],
        )  # fmt: skip
        sent = work.rows("SELECT body_sealed FROM messages_message WHERE branch_id = %s", [branch.id])
    found = re.search(r"https?://[^/]+(/berkas/\S+/)", unseal(sent[-1][0]).decode())
    assert found
    return branch, agent, found[1]


def visitor() -> Client:
    return Client(SERVER_NAME="localhost")


def test_ended_agent_reads_and_appeals_by_the_link_of_the_text(ended: tuple[Branch, FieldAgent, str]) -> None:
    branch, agent, path = ended
    page = visitor().get(path)
    text = page.content.decode()
    assert page.status_code == 200
    assert "Iuran sebelas orang tidak disetor" in text
    assert "<script" not in text
    assert (page["Cache-Control"], page["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    entry = read(branch, agent)[0]
    where = f"{path}keberatan/{entry['id']}/"
    wrong = SimpleUploadedFile("a.exe", b"MZ nothing", "application/octet-stream")
    refused = visitor().post(where, {"text": "Semua sudah saya setor", "papers": wrong})
    assert refused.status_code == 422
    assert "Semua sudah saya setor" in refused.content.decode(), "what was typed is still there"
    assert read(branch, agent)[0]["can_appeal"], "nothing of it is kept"
    right = SimpleUploadedFile("slip.jpg", picture_bytes(), "image/jpeg")
    assert visitor().post(where, {"text": "Semua sudah saya setor", "papers": right}).status_code == 302
    assert visitor().post(where, {"text": "Sekali lagi saja"}).status_code == 409
    told = read(branch, agent)[0]["appeal"]
    assert (told["text"], told["documents"]) == ("Semua sudah saya setor", 1)
    for number, name in re.findall(r'href="[^"]*/dokumen/([0-9a-f-]+)/">([^<]+)', visitor().get(path).content.decode()):
        paper = visitor().get(f"{path}dokumen/{number}/")
        assert paper.content.startswith(b"\xff\xd8")
        assert name in ("bukti.jpg", "slip.jpg")
        assert "attachment" in paper["Content-Disposition"]


def test_decision_on_an_ended_agents_appeal_brings_a_new_link(ended: tuple[Branch, FieldAgent, str]) -> None:
    branch, agent, path = ended
    measure_id = UUID(read(branch, agent)[0]["id"])
    with work_of(branch, make_officer(branch, "branch_head")) as work:
        appeal_id = appeal.file(work, branch_id=branch.id, agent_id=agent.id, measure_id=measure_id, text="Tidak benar")
        appeal.decide(work, branch_id=branch.id, appeal_id=appeal_id, outcome="upheld", answer="Bukti bank tidak ada")
        rows = work.rows("SELECT body_sealed FROM messages_message WHERE branch_id = %s ORDER BY id", [branch.id])
    assert "/berkas/" in unseal(rows[-1][0]).decode()
    assert "Bukti bank tidak ada" in visitor().get(path).content.decode()


def test_link_opens_one_file_only_and_ends(ended: tuple[Branch, FieldAgent, str]) -> None:
    branch, agent, path = ended
    other = make_agent(branch)
    with work_of(branch, make_officer(branch)) as work:
        theirs = measure.warn(work, branch_id=branch.id, agent_id=other.id, reason="conduct", text="Rahasia orang lain")
    assert "Rahasia orang lain" not in visitor().get(path).content.decode()
    assert visitor().post(f"{path}keberatan/{theirs}/", {"text": "Bukan tindakan saya"}).status_code == 404
    over = link.token_of(link.Holder(branch.id, agent.id, TODAY - timedelta(days=1)))
    last = link.token_of(link.Holder(branch.id, agent.id, TODAY))
    assert [visitor().get(f"/berkas/{token}/").status_code for token in (over, last)] == [404, 200]
    changed = path[:-3] + ("A" if path[-3] != "A" else "B") + path[-2:]
    stranger = Client(SERVER_NAME="localhost", REMOTE_ADDR="203.0.113.77")
    assert [stranger.get(changed).status_code for _ in range(11)] == [404] * 10 + [429], "guesses are counted"
    assert stranger.get(path).status_code == 429
