"""Files of agents in the demo: somebody warned, suspended, idle, ended; an appeal to decide, leave, a hand-over given back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from uuid import UUID

from perisai.accounts.models import User
from perisai.agents import agent as agents_room
from perisai.events import world
from perisai.events.clock import FixedClock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work, branch_day
from perisai.supervision import absence, appeal, ending, handover, idle, measure
from perisai.web.demo.people import agents
from perisai.web.demo.places import BUNGO, JAMBI

ZONE = "Asia/Jakarta"
LEND = 4
"""Members of the hand-over that was given back."""
LONG_AGO = timedelta(days=330)
IDLE, SUSPENDED, ENDED, LEAVING = (UUID(int=0xDE300000_0000_7000_8000_000000000000 + place) for place in range(1, 5))
VETERANS = (
    (IDLE, "Rosmawati Nasution"),
    (SUSPENDED, "Zainuddin Batubara"),
    (ENDED, "Murniati Sari"),
    (LEAVING, "Tarmizi Daulay"),
)
"""Agents of KC Bungo beside those in the field: long there, and not at work any more."""


def build_files(end: datetime) -> None:
    """Leaves alone what is there. By the verbs, each at the day of the story on which it was decided."""
    with _work(BUNGO, end, "petugas.bungo") as work:
        if work.row("SELECT 1 FROM supervision_measure WHERE branch_id = %s LIMIT 1", [BUNGO]):
            return
    _veterans(end)
    _bungo(end)
    _jambi(end)


def _veterans(end: datetime) -> None:
    since = branch_day(end - LONG_AGO, ZONE)
    with _work(BUNGO, end - LONG_AGO, "petugas.bungo") as work:
        agents_room.admit_many(
            work,
            branch_id=BUNGO,
            admissions=[
                agents_room.Admission(agent_id, name, "", 150221, 150211, since) for agent_id, name in VETERANS
            ],
        )
        for agent_id, _name in VETERANS:
            _license(work, agent_id, since)


def _license(work: Work, agent_id: UUID, since: date) -> None:
    """As the agents of the story have it: they were licensed before there was an exam to pass."""
    work.execute(
        "INSERT INTO agents_licence (branch_id, agent_id, number, valid_from, valid_to, state, state_since)"
        " VALUES (%s, %s, %s, %s, %s, 'valid', %s)",
        [
            BUNGO,
            agent_id,
            world.mark(f"L-{BUNGO}-9{agent_id.int % 1000:03d}"),
            since,
            since + timedelta(days=364),
            work.now,
        ],
    )
    work.execute("UPDATE agents_agent SET state = 'active' WHERE branch_id = %s AND id = %s", [BUNGO, agent_id])


def _bungo(end: datetime) -> None:
    today = branch_day(end, ZONE)
    with _work(BUNGO, end - timedelta(days=40), "petugas.bungo") as work:
        measure.warn(
            work, branch_id=BUNGO, agent_id=SUSPENDED, reason="cash",
            text="Iuran empat peserta disetor sembilan hari setelah diterima.",
        )  # fmt: skip
        idle.propose(work, branch_id=BUNGO, timezone=ZONE, today=branch_day(work.now, ZONE))
    with _work(BUNGO, end - timedelta(days=31), "petugas.bungo") as work:
        kept = next(row["id"] for row in idle.of_agent(work, branch_id=BUNGO, agent_id=SUSPENDED))
        idle.keep(work, branch_id=BUNGO, proposal_id=kept, reason="plan")
    with _work(BUNGO, end - timedelta(days=20), "petugas.bungo") as work:
        ending.end(
            work, branch_id=BUNGO, agent_id=ENDED, reason="own_wish", text="Pindah ke Padang mengikuti keluarga."
        )
    with _work(BUNGO, end - timedelta(days=6), "petugas.bungo") as work:
        held = measure.suspend(
            work, branch_id=BUNGO, agent_id=SUSPENDED, reason="cash",
            text="Iuran tujuh peserta belum disetor setelah tiga kali diingatkan.",
        )  # fmt: skip
    with _work(BUNGO, end - timedelta(days=3), "petugas.bungo") as work:
        appeal.file(
            work, branch_id=BUNGO, agent_id=SUSPENDED, measure_id=held,
            text="Lima dari tujuh sudah saya setor lewat bank pada tanggal jatuh temponya; bukti saya bawa ke kantor.",
        )  # fmt: skip
        ending.end(
            work, branch_id=BUNGO, agent_id=LEAVING, reason="health", text="Tidak lagi kuat berkeliling pasar.",
            from_on=today + timedelta(days=12),
        )  # fmt: skip
    _lend(end)


def _lend(end: datetime) -> None:
    """Some members of one agent go to another, and come back two days later."""
    giver, taker = [agent for agent in agents() if agent.branch_id == BUNGO][3:5]
    at = end - timedelta(days=2)
    with _work(BUNGO, at, "kepala.bungo") as work:
        chosen = [
            row[0]
            for row in work.rows(
                "SELECT id FROM members_enrolment WHERE branch_id = %s AND agent_id = %s AND state = 'active'"
                " ORDER BY id LIMIT %s",
                [BUNGO, giver.id, LEND],
            )
        ]
        if not chosen:
            return
        done = handover.hand_over(
            work, branch_id=BUNGO, from_agent_id=giver.id, to_agent_id=taker.id,
            from_month=branch_day(at, ZONE).replace(day=1), enrolment_ids=chosen, reason="load",
        )  # fmt: skip
    assert done is not None
    with _work(BUNGO, end, "kepala.bungo") as work:
        handover.hand_back(work, branch_id=BUNGO, handover_id=done)


def _jambi(end: datetime) -> None:
    today = branch_day(end, ZONE)
    fourth, seventh = (agent for agent in agents() if agent.branch_id == JAMBI and agent.number in (4, 7))
    with _work(JAMBI, end - timedelta(days=1), "petugas.jambi") as work:
        measure.warn(
            work, branch_id=JAMBI, agent_id=fourth.id, reason="instructions",
            text="Tiga pendaftaran tanpa menjelaskan isi persetujuan kepada pekerja.",
        )  # fmt: skip
        absence.record(
            work, branch_id=JAMBI, agent_id=seventh.id, kind="leave",
            from_on=today + timedelta(days=20), until_on=today + timedelta(days=26),
        )  # fmt: skip


@contextmanager
def _work(branch_id: int, at: datetime, username: str) -> Iterator[Work]:
    user = User.objects.get(username=username)
    with Work.open(scope=Scope.branch(branch_id), actor=Actor(user.id), clock=FixedClock(at)) as work:
        yield work
