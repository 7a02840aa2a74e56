"""The bytes of a mail: what stands in its head whatever others wrote, and the same bytes every time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from notifications import mime
from notifications.mime import HEADERS, Sender, freeze, one_mailbox
from notifications.render import KEYS, Letter, Unsendable, render
from notifications.sink import ReceivedMail, read_mail
from sop_engine.application.outbox_port import OutgoingMessage
from tests.notifications.letters import BASE_ADDRESS, CREATED, HEAD, SENDER, full, message


def frozen(outgoing: OutgoingMessage, head: tuple[int, str] = HEAD) -> bytes:
    letter = render(outgoing.kind, outgoing.context, outgoing.subject, base_address=BASE_ADDRESS, head=head)
    return freeze(outgoing, letter, SENDER)


def received(outgoing: OutgoingMessage) -> ReceivedMail:
    return read_mail("", [], frozen(outgoing))


def deadline(outgoing: OutgoingMessage) -> Any:
    return next(iter(Calendar.from_ical(received(outgoing).ics).walk("VEVENT")))


INJECTIONS = [
    "=?utf-8?q?x=0AReply-To=3A_evil=40jahat.example?=",
    "=?utf-8?q?x=0D=0A=0D=0Aisi palsu?=",
    "=?utf-8?b?eApCY2M6IGV2aWxAamFoYXQuZXhhbXBsZQ==?=",
    "==??utf-8?q?x=0ABcc=3A_evil=40jahat.example?=",
    "=\x00?utf-8?q?x=0ABcc=3A_evil=40jahat.example?=",
    "x\r\nBcc: evil@jahat.example",
    "x\nBcc: evil@jahat.example",
    "x\rBcc: evil@jahat.example",
    "x\r\n\r\nisi palsu",
    "x\r\n .\r\n",
    *(f"x{separator}Bcc: evil@jahat.example" for separator in "\x00\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"),
    "x\u202eelpmaxe.tahaj@live",
    "lone \ud800 surrogate",
    '"a" <evil@jahat.example>, x',
    "evil@jahat.example",
    "a\\",
    "(komentar) x",
    "ÄÖÜ, S.E. <evil@jahat.example>",
    "ä" * 400,
    "a" * 5000,
    "=?" * 300,
    "",
]


@pytest.mark.parametrize("written", INJECTIONS)
@pytest.mark.parametrize("where", ["subject", "to_name"])
def test_no_header_comes_from_outside(where: str, written: str) -> None:
    body = frozen(replace(message("uji"), **{where: written}))  # type: ignore[arg-type]
    mail = message_from_bytes(body, policy=policy.default)

    assert tuple(mail.keys()) == HEADERS
    assert [address.addr_spec for address in mail["To"].addresses] == ["rina@contoh.invalid"]
    assert not mail.defects
    assert str(mail["Subject"]).isprintable()
    assert "isi palsu" not in read_mail("", [], body).text


@given(subject=st.text(), name=st.text())
def test_whatever_is_written_the_head_is_ours(subject: str, name: str) -> None:
    mail = message_from_bytes(frozen(message("uji", subject=subject, to_name=name)), policy=policy.default)

    assert tuple(mail.keys()) == HEADERS
    assert [address.addr_spec for address in mail["To"].addresses] == ["rina@contoh.invalid"]


@pytest.mark.parametrize("name", ["x\r\nReply-To: evil@jahat.example", "x\r\n\r\nisi palsu"])
def test_the_finished_bytes_are_read_back_even_if_the_guard_failed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mime, "for_header", lambda text, limit: text)
    monkeypatch.setattr(mime, "one_mailbox", lambda address: address)
    letter = Letter("x", "x\n", "x", "")

    for outgoing, sender in (
        (message("uji", to_name=name), SENDER),
        (message("uji"), replace(SENDER, name=name)),
        (message("uji", to_address="rina@contoh.invalid, evil@jahat.example"), SENDER),
    ):
        with pytest.raises(Unsendable, match="Kepala surel"):
            freeze(outgoing, letter, sender)


@pytest.mark.parametrize(
    "name", ["Budi Contoh, S.E., M.Si.", 'Budi "Bejo" Contoh', "Ünal Contoh, S.Kom.", "Ny. O\\'Contoh"]
)
def test_a_name_arrives_as_written(name: str) -> None:
    mail = message_from_bytes(frozen(message("uji", to_name=name)), policy=policy.default)

    assert mail["To"].addresses[0].display_name == name


@pytest.mark.parametrize(
    "address",
    [
        "", "a", "a@", "@b.id", "a@b", "a b@c.id", "a@b.id, c@d.id", "a@b.id c@d.id", "<a@b.id>",
        "A <a@b.id>",
        "a@b.id\r\nBcc: x@y.id", "a@b.id\n", "a\x00@b.id", "ä@b.id", "a@bü.id", "a..b@c.id", ".a@c.id",
        "a@-b.id",
        "a@b-.id", "a@b..id", "=?utf-8?q?a?=@b.id", '"a b"@c.id', "a@[127.0.0.1]", "x" * 65 + "@b.id",
        "a@" + "b" * 64 + ".id", "a@" + "b.c" * 90 + ".id",
    ],
)  # fmt: skip
def test_only_one_plain_mailbox_is_an_address(address: str) -> None:
    with pytest.raises(Unsendable, match="bukan satu alamat"):
        one_mailbox(address)
    with pytest.raises(Unsendable):
        frozen(message("uji", to_address=address))


@pytest.mark.parametrize("address", ["a@b.id", "budi.contoh+sop@kpu-kab.go.id", "o'neil@contoh.invalid"])
def test_usual_addresses_are_taken(address: str) -> None:
    assert one_mailbox(address) == address


@pytest.mark.parametrize("kind", sorted(KEYS))
def test_same_input_gives_same_bytes(kind: str) -> None:
    assert frozen(message(kind)) == frozen(message(kind))
    assert frozen(message(kind)) != frozen(message(kind), head=(129, "0" * 64))


def test_a_message_id_names_one_message_and_is_always_the_same() -> None:
    def identity(**changed: Any) -> str:
        return received(message("uji", **changed)).headers["Message-ID"]

    later = CREATED + timedelta(days=1)
    names = [identity(), identity(number=8), identity(office_id=2), identity(created_at=later)]
    assert len(set(names)) == 4
    assert identity(attempts=3, fence=9) == names[0] == "<sop-1-7-20270107090000@contoh.invalid>"


def test_the_head_says_that_nobody_wrote_this() -> None:
    mail = received(message("penugasan"))

    assert mail.headers["Auto-Submitted"] == "auto-generated"
    assert mail.headers["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert mail.headers["Date"] == "Thu, 07 Jan 2027 09:00:00 +0000"
    assert mail.headers["From"] == "Sistem SOP KPU Kabupaten Pandeglang <sop@contoh.invalid>"


@pytest.mark.parametrize("kind", sorted(KEYS))
def test_the_parts_arrive_as_rendered(kind: str) -> None:
    outgoing = message(kind)
    letter = render(kind, outgoing.context, outgoing.subject, base_address=BASE_ADDRESS, head=HEAD)
    mail = received(outgoing)

    assert mail.subject == letter.subject
    assert mail.text == letter.text
    assert mail.html == letter.html + "\n"
    assert bool(mail.ics) == (kind in ("penugasan", "pengingat", "permintaan_pengesahan"))


@pytest.mark.parametrize("kind", sorted(KEYS))
def test_every_line_is_ascii_and_short_enough_for_any_server(kind: str) -> None:
    lines = frozen(message(kind)).split(b"\r\n")

    assert max(map(len, lines)) <= 78
    assert all(line.isascii() and b"\n" not in line and b"\r" not in line for line in lines)


def test_a_mail_reads_in_the_order_plain_html_attachment() -> None:
    mail = message_from_bytes(frozen(message("penugasan")), policy=policy.default)
    assert isinstance(mail, EmailMessage)

    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar",
    ]  # fmt: skip
    assert [part.get_filename() for part in mail.iter_attachments()] == ["tenggat.ics"]


def test_the_calendar_entry_is_the_deadline() -> None:
    entry = deadline(message("penugasan"))

    assert entry.decoded("dtstart") == datetime(2027, 1, 13, 9, tzinfo=UTC)
    assert entry.decoded("dtstamp") == CREATED
    assert str(entry["url"]) == f"{BASE_ADDRESS}/tugas/57"
    assert str(entry["summary"]) == f"Tenggat: {full('penugasan')['kegiatan']}"


def test_a_reminder_speaks_of_the_same_calendar_entry_as_the_assignment() -> None:
    assigned, reminded = deadline(message("penugasan")), deadline(message("pengingat", number=99))
    another = deadline(message("penugasan", context=full("penugasan") | {"tautan": "/tugas/58"}))

    assert assigned["uid"] == reminded["uid"] != another["uid"]


def test_a_deadline_in_another_zone_is_the_same_instant() -> None:
    local = datetime(2027, 1, 13, 16, tzinfo=timezone(timedelta(hours=7))).isoformat()
    entry = deadline(message("penugasan", context=full("penugasan") | {"tenggat_iso": local}))

    assert entry.decoded("dtstart") == datetime(2027, 1, 13, 9, tzinfo=UTC)


def test_without_a_deadline_there_is_no_calendar_entry() -> None:
    assert received(message("penugasan", context=full("penugasan") | {"tenggat_iso": "", "tenggat": ""})).ics == ""


@pytest.mark.parametrize("iso", ["besok", "2027-01-13T16:00:00"])
def test_a_deadline_without_a_zone_or_sense_is_refused(iso: str) -> None:
    with pytest.raises(Unsendable, match="tenggat_iso"):
        frozen(message("penugasan", context=full("penugasan") | {"tenggat_iso": iso}))


def test_a_sender_needs_a_real_address() -> None:
    with pytest.raises(Unsendable):
        Sender("Kantor", "kantor")
    assert replace(SENDER, address="a@KPU.go.id").domain == "kpu.go.id"
