"""`audit verify` and `doctor`: a whole record, and one that somebody has touched."""

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

DATABASE = Path("data/sop.db")


def tampered(*statements: str) -> None:
    """Do with the file what the triggers forbid, as somebody with the file could; the triggers come back."""
    database = sqlite3.connect(DATABASE)
    triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        database.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert database.execute(statement).rowcount > 0, statement
    for _, body in triggers:
        database.execute(body)
    database.commit()
    database.close()


def test_an_untouched_record_is_whole(running: Terminal) -> None:
    answer = running.json("audit", "verify")

    assert answer.keys() >= {"ok", "entries", "head", "first_fault"}
    assert (answer["ok"], answer["first_fault"]) == (True, None)
    assert running.json("audit") == {"ok": True, "entries": answer["entries"], "head": answer["head"]}


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE events SET body = replace(body, 'cli:', 'web:') WHERE seq = 3", "isi catatan"),
        ("UPDATE offices SET head_seq = head_seq - 1 WHERE id = 1", "kepala rantai"),
        ("UPDATE editions SET signed_by = witness, state = 'draft'", "editions/"),
        ("UPDATE revisions SET body = replace(body, '31 Januari', '31 Maret')", "naskah revisions/"),
        ("UPDATE cases SET year = 2025", "cases/"),
        ("UPDATE stage_runs SET due_at = '2030-01-01T00:00:00.000000Z'", "stage_runs/"),
        ("UPDATE tasks SET person_id = person_id + 2", "tasks/"),
        ("DELETE FROM tasks", "tasks/"),
        ("UPDATE texts SET body = 'Kata lain'", "teks"),
        ("UPDATE texts SET digest = salt", "teks"),
        ("UPDATE stage_runs SET activated_at = 'kemarin'", "tidak sama dengan catatan"),
    ],
)
def test_whatever_was_changed_behind_the_engine_is_found(running: Terminal, statement: str, what: str) -> None:
    task = running.json("tasks", sebagai="sekretaris")["tasks"][0]["id"]
    running.json("complete", task, "--catatan", "Segera", sebagai="sekretaris")
    entries = running.json("audit", "verify")["entries"]

    tampered(statement)

    shown, answered = running("audit", "verify"), running("audit", "verify", "--json")
    assert (shown.code, answered.code) == (1, 1)
    fault = answered.answer["first_fault"]
    assert what in fault["what"]
    assert 0 <= fault["seq"] <= entries + 1
    assert "TIDAK utuh" in shown.out


def test_an_erased_text_leaves_the_record_whole(running: Terminal) -> None:
    task = running.json("tasks", sebagai="sekretaris")["tasks"][0]["id"]
    running.json("complete", task, "--catatan", "Nama orang", sebagai="sekretaris")

    tampered("UPDATE texts SET body = NULL")

    assert running.json("audit", "verify")["ok"] is True


def test_doctor_finds_a_healthy_installation_healthy(running: Terminal) -> None:
    answer = running.json("doctor")

    names = ["sqlite", "skema", "catatan", "surel", "latar", "saksi", "jam"]
    assert [check["name"] for check in answer["checks"]] == names
    assert all(check["ok"] for check in answer["checks"])


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE cases SET year = 2025", "catatan"),
        ("UPDATE messages SET created_at = '2020-01-01T00:00:00.000000Z'", "surel"),
        ("INSERT INTO heartbeats VALUES ('reminders', '2020-01-01T00:00:00.000000Z')", "latar"),
        ("UPDATE offices SET head_at = '2099-01-01T00:00:00.000000Z'", "jam"),
    ],
)
def test_doctor_names_what_is_wrong(running: Terminal, statement: str, name: str) -> None:
    tampered(statement)

    shown = running("doctor", "--json")

    assert shown.code == 1
    assert [check["name"] for check in shown.answer["checks"] if not check["ok"]] == [name]


def test_doctor_names_a_missing_trigger(running: Terminal) -> None:
    database = sqlite3.connect(DATABASE)
    database.execute("DROP TRIGGER tasks_frozen")
    database.close()

    shown = running("doctor")

    assert shown.code == 1
    assert "trigger tasks_frozen" in shown.out
    assert running.json("migrate")  # makes every trigger anew
    assert running("doctor").code == 0
