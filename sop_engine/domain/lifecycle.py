"""The life of everything that has a state, as tables run by `transitions` (design §3).

A table says which acts a state allows and where they lead. It decides in memory; the conditional
UPDATE of the store is the authority.
"""

from functools import cache
from typing import NamedTuple

from transitions import Machine, MachineError

from sop_engine.errors import Refusal


class Life(NamedTuple):
    """One life cycle: its Indonesian name, its first state, rows of (act, from, to)."""

    name: str
    first: str
    rows: tuple[tuple[str, str, str], ...]

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order the table names them."""
        return tuple(dict.fromkeys([self.first, *(state for _, *ends in self.rows for state in ends)]))

    @property
    def terminal(self) -> tuple[str, ...]:
        """The states nothing leads out of."""
        left = {source for _, source, _ in self.rows}
        return tuple(state for state in self.states if state not in left)


EDITION = Life(
    "edisi SOP",
    "draft",
    (
        ("sign", "draft", "in_force"),
        ("begin", "in_force", "in_execution"),
        ("rest", "in_execution", "in_force"),  # its only case was cancelled
        ("expire", "in_execution", "expired"),
        ("replace", "in_force", "replaced"),
        ("replace", "in_execution", "replaced"),
        ("void", "in_force", "void"),
        ("void", "in_execution", "void"),
    ),
)
CASE = Life(
    "kasus",
    "running",
    (("complete", "running", "completed"), ("void", "running", "void"), ("cancel", "running", "cancelled")),
)
STAGE_RUN = Life(
    "tahap",
    "active",
    (
        ("submit", "active", "submitted"),
        ("complete", "active", "completed"),
        ("complete", "submitted", "completed"),
        ("return", "submitted", "returned"),
        ("void", "active", "void"),
        ("void", "submitted", "void"),
    ),
)
TASK = Life(
    "tugas",
    "offered",
    (
        ("claim", "offered", "claimed"),
        ("release", "claimed", "offered"),
        ("finish", "claimed", "done"),
        ("withdraw", "offered", "withdrawn"),
        ("withdraw", "claimed", "withdrawn"),
    ),
)
SIGN_OFF = Life(
    "pengesahan",
    "requested",
    (
        ("give", "requested", "given"),
        ("return", "requested", "returned"),
        ("withdraw", "requested", "withdrawn"),
    ),
)
ATTACHMENT = Life("berkas", "attached", (("withdraw", "attached", "withdrawn"),))
PROPOSAL = Life("usulan", "proposed", (("confirm", "proposed", "confirmed"), ("withdraw", "proposed", "withdrawn")))
REMINDER = Life("pengingat", "armed", (("send", "armed", "sent"), ("supersede", "armed", "superseded")))
MESSAGE = Life(
    "surel",
    "queued",
    (
        ("claim", "queued", "claimed"),
        ("accept", "claimed", "sent"),
        ("fail", "claimed", "failed"),
        ("supersede", "queued", "superseded"),
        ("defer", "claimed", "queued"),
    ),
)
LIVES = {
    "editions": EDITION,
    "cases": CASE,
    "stage_runs": STAGE_RUN,
    "tasks": TASK,
    "sign_offs": SIGN_OFF,
    "attachments": ATTACHMENT,
    "proposals": PROPOSAL,
    "reminders": REMINDER,
    "messages": MESSAGE,
}
_WORDS = {
    "draft": "masih rancangan",
    "in_force": "berlaku dan belum dilaksanakan",
    "in_execution": "sedang dilaksanakan",
    "expired": "sudah berakhir",
    "replaced": "sudah diganti",
    "running": "sedang berjalan",
    "completed": "sudah selesai",
    "cancelled": "sudah dibatalkan",
    "void": "sudah batal",
    "active": "sedang dikerjakan",
    "submitted": "menunggu pengesahan",
    "returned": "sudah dikembalikan",
    "offered": "belum diambil",
    "claimed": "sudah diambil seorang pelaksana",
    "done": "sudah selesai",
    "withdrawn": "sudah ditarik",
    "requested": "sedang diminta",
    "given": "sudah diberikan",
    "attached": "masih terlampir",
    "proposed": "menunggu persetujuan orang kedua",
    "confirmed": "sudah disetujui",
}


class Token:
    """A throw-away model: `transitions` moves it and forgets it."""

    def __init__(self, state: str) -> None:
        self.state = state


def machine_of(states: list[str], rows: list[tuple[str, str, str]]) -> Machine:
    """Build a machine that holds no model and adds nothing of its own to a table."""
    return Machine(
        model=None,
        states=states,
        transitions=[{"trigger": act, "source": source, "dest": to} for act, source, to in rows],
        initial=states[0],
        auto_transitions=False,
        send_event=True,
    )


def fire(machine: Machine, state: str, act: str) -> str | None:
    """Return where `act` leads from `state`, or None where the table has no such row."""
    token = Token(state)
    if act not in machine.events:
        return None
    try:
        machine.events[act].trigger(token)
    except MachineError:
        return None
    return token.state


@cache
def _machine(life: Life) -> Machine:
    return machine_of(list(life.states), list(life.rows))


@cache
def _after(life: Life, state: str, act: str) -> str | None:
    return fire(_machine(life), state, act)


def next_state(life: Life, state: str, act: str) -> str:
    """Return the state after an act, or refuse with a sentence that says what state it is in."""
    after = _after(life, state, act)
    if after is None:
        raise Refusal(
            f"Tidak dapat dilakukan: {life.name} ini {_WORDS.get(state, state)}.",
            instead="Muat ulang untuk melihat keadaan terakhir.",
        )
    return after
