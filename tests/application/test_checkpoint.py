"""The head of the record goes to witnesses outside the office, once a day, and binds what came before it."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from notifications.sink import Sink
from sop_engine.application.checkpoint import checkpoint
from sop_engine.application.verify_record import verify_record
from sop_engine.errors import Refusal
from sop_engine.settings import Settings
from sop_engine.storage.record_view import recorded
from tests.invariants import check
from tests.office import Office

WITNESSES = ("inspektorat@provinsi.invalid", "arsip@kabupaten.invalid")


def with_witnesses(office: Office, **more: object) -> Office:
    office.engine.settings = office.engine.settings.model_copy(update={"witnesses": ", ".join(WITNESSES), **more})
    return office


def queued(office: Office) -> list[tuple[str, str]]:
    mails = [mail for mail in office.engine.reading.messages() if mail.kind == "checkpoint"]
    return [(mail.to_address, mail.context["nomor"]) for mail in mails]


def test_once_a_day_each_witness_is_written_the_head_of_that_moment(running: Office) -> None:
    with_witnesses(running)
    before = running.engine.reading.office()

    running.engine.witness()
    running.engine.witness()
    running.at += timedelta(hours=3)
    running.engine.witness()

    assert queued(running) == [(address, str(before.head_seq)) for address in WITNESSES]
    running.at += timedelta(days=1)
    running.engine.witness()
    assert len(queued(running)) == 4
    check(running)


def test_the_mail_leaves_and_what_it_says_detects_a_record_cut_behind_it(running: Office) -> None:
    with Sink() as sink:
        with_witnesses(running, smtp_host=sink.hostname, smtp_port=sink.port)
        head = running.engine.reading.office()
        running.engine.witness()
        running.engine.worker(connections=1).drain_once(running.store.clock)
        letters = [mail.body for mail in running.engine.reading.messages() if mail.kind == "checkpoint"]

    assert len(letters) == 2
    assert all(body and head.head_hash.encode() in body.replace(b"\r\n", b"") for body in letters)
    with recorded(running.store, running.id) as record:
        assert verify_record(record, {head.head_seq: head.head_hash}).ok
        assert not verify_record(record, {head.head_seq: "0" * 64}).ok
        assert not verify_record(record, {head.head_seq + 999: head.head_hash}).ok


def test_without_two_witnesses_there_is_no_checkpoint(running: Office) -> None:
    assert running.engine.witness() == 0
    with pytest.raises(Refusal, match="dua alamat saksi"):
        checkpoint(running.store, running.id, "Kantor", WITNESSES[:1])
    with pytest.raises(ValidationError):
        Settings(witnesses=WITNESSES[0])

    assert queued(running) == []
