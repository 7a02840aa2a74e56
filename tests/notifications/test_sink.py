"""The local mail server of `demo` and `simulate`: keeps every mail, in order, taken apart."""

import smtplib

import pytest

from notifications.sink import Sink
from tests.notifications.letters import message
from tests.notifications.test_mime import frozen


def test_mails_arrive_in_order_with_envelope_parts_and_bytes() -> None:
    bodies = [frozen(message(kind)) for kind in ("penugasan", "uji")]
    with Sink() as sink, smtplib.SMTP("127.0.0.1", sink.port) as smtp:
        for number, body in enumerate(bodies):
            smtp.sendmail("sop@contoh.invalid", [f"orang{number}@contoh.invalid"], body)
        mails = sink.mails

    assert [mail.recipients for mail in mails] == [("orang0@contoh.invalid",), ("orang1@contoh.invalid",)]
    assert [mail.raw for mail in mails] == bodies
    assert mails[0].sender == "sop@contoh.invalid"
    assert mails[0].subject == message("penugasan").subject
    assert mails[0].to == '"Rina Contoh, S.E." <rina@contoh.invalid>'
    assert mails[0].text.startswith("Komisi Pemilihan Umum")
    assert mails[0].html.startswith("<!DOCTYPE html>")
    assert mails[0].ics.startswith("BEGIN:VCALENDAR")
    assert mails[1].ics == ""


def test_a_busy_port_is_told_at_once() -> None:
    with Sink() as sink, pytest.raises(OSError, match="in use"):
        Sink(sink.port)


def test_a_stopped_sink_gives_its_port_back() -> None:
    with Sink() as first:
        port = first.port

    with Sink(port) as again:
        assert again.port == port
        assert again.mails == []
