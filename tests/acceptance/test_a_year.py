"""A year of an office, told by the mails each person gets: people leave, stand in, are missed, and the SOP goes on."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from sop_engine.application.absence import add_absence, end_absence
from sop_engine.application.appoint import appoint, end_appointment
from sop_engine.application.complete_task import complete_task
from sop_engine.application.decide_proposal import confirm
from sop_engine.application.hand_task import delegate_task
from sop_engine.application.load_edition import load_edition
from sop_engine.application.ratify_edition import receive_edition, sign_edition
from sop_engine.application.verify_record import verify_record
from sop_engine.domain.decisions import OnPaper
from sop_engine.errors import NotAuthorised, Refusal
from sop_engine.files.reissue import emptied
from sop_engine.storage.record_view import recorded
from sop_engine.wiring import parse_definition
from tests.invariants import check
from tests.office import SOP_396, Office

NOTULA = "ab" * 32  # SHA-256 of the scanned minutes
NUMBER_2027 = "12/ORT.06/3601/2028"


class Story:
    """An office whose days pass, and what its people find in their mailboxes."""

    def __init__(self, office: Office) -> None:
        self.office, self.read = office, 0
        self.name: dict[int, str] = dict(office.store.query("SELECT id, name FROM persons"))
        office.person["admin_dua"] = self.new("Wulan Contoh", admin=True)

    def new(self, name: str, admin: bool = False) -> int:
        person = self.office.add(name, f"{name.split()[0].lower()}@contoh.invalid", admin)
        self.name[person] = name
        return person

    def on(self, month: int, day: int, hour: int = 8, year: int = 2027) -> datetime:
        """Go to a day at an hour, WIB, letting the ticker tick at each opening on the way."""
        calendar, until = self.office.calendar, datetime.fromisoformat(f"{year}-{month:02}-{day:02}T{hour:02}:00+07:00")
        step = calendar.local_day(self.office.at)
        while step < date(year, month, day):
            step += timedelta(days=1)
            if calendar.is_working_day(step):
                self.office.at = max(self.office.at, calendar.opening(step))
                self.office.engine.tick()
        self.office.at = until.astimezone(self.office.at.tzinfo)
        self.office.engine.tick()
        return self.office.at

    def mails(self) -> list[str]:
        """Who got what since the last look, in the order it was written: «first name: kind, about»."""
        rows = self.office.store.query(
            "SELECT person_id, kind, stage, subject FROM messages WHERE id > ? ORDER BY id", (self.read,)
        )
        ((last,),) = self.office.store.query("SELECT MAX(id) FROM messages")
        self.read = last
        return [
            f"{self.name[person].split()[0]}: {about(kind, stage, subject)}" for person, kind, stage, subject in rows
        ]

    def do(self, stage: str, by: str | int | None = None, **said: object) -> None:
        tasks = self.office.open_tasks(stage)
        who = self.office.person.get(by, 0) if isinstance(by, str) else by
        task, person, _ = next(row for row in tasks if who in (None, row[1]))
        complete_task(self.office.store, self.office.who(person), task, **(self.office.usual(stage, task) | said))


def about(kind: str, stage: str, subject: str) -> str:
    what = subject.split("] ", 1)[-1]
    return f"{kind} {stage}" if stage and kind != "pemberitahuan" else f"{kind}, {what}"


def midnight(day: int, month: int = 1, year: int = 2027) -> datetime:
    """00.00 WIB of a day."""
    return datetime.fromisoformat(f"{year}-{month:02}-{day:02}T00:00:00+07:00").astimezone(UTC)


def holding(office: Office, position: str) -> int:
    """The number of the appointment by which somebody holds a position now."""
    return next(h.id for h in office.engine.reading.people().holders_of(position, office.at))


def to(kind: str, *names: str) -> list[str]:
    return [f"{name}: {kind}" for name in names]


def test_a_year_of_an_office(office: Office) -> None:
    story = Story(office)
    store, who, person, told = office.store, office.who, office.person, story.mails

    # 4 January. Rahayu, the Sekretaris, signs the SOP; every unit's head is told, Eko records that his unit has it.
    edition = office.in_force()
    assert told() == to(
        "pemberitahuan, SOP telah disahkan dan berlaku", *["Rahayu", "Bayu", "Citra", "Dewi", "Eko", "Gita"]
    )
    receive_edition(store, who("ksb_parmas_sdm"), edition, "ksb_parmas_sdm")
    office.start(edition)
    assert told() == ["Rahayu: penugasan disposisi"]
    story.on(1, 4, 9)
    story.do("disposisi")
    assert told() == ["Bayu: penugasan persiapan"]

    # Bayu, who heads Rendatin, delegates the schedule to Fajar of his staff, who does it on his behalf.
    [(task, _, _)] = office.open_tasks("persiapan")
    delegate_task(store, who("ksb_rendatin"), task, person["staf_rendatin"], "Mohon disusun hari ini.")
    assert told() == ["Fajar: penugasan persiapan"]
    story.on(1, 4, 14)
    story.do("persiapan", "staf_rendatin")
    assert told() == ["Rahayu: permintaan_pengesahan persiapan"]

    # The first absence: Rahayu is away for two days with that sign-off open. Citra, her substitute, is asked. Neither
    # Fajar, who did the work, nor Bayu, for whom he did it, may sign it.
    add_absence(
        store, who("sekretaris"), person["sekretaris"], person["ksb_kul"], "SC 3/2027", midnight(5), midnight(7)
    )
    story.on(1, 5)
    assert told() == ["Citra: permintaan_pengesahan persiapan"]
    for nobody in ("staf_rendatin", "ksb_rendatin"):
        with pytest.raises(NotAuthorised):
            office.approve(nobody)
    office.approve("ksb_kul")
    assert told() == ["Fajar: disahkan persiapan", *to("penugasan rapat_persiapan", "Citra", "Bayu", "Dewi", "Eko")]

    # They meet around a table on the 5th; Bayu records it the next day, with the minutes.
    story.on(1, 6, 9)
    story.do("rapat_persiapan", "ksb_rendatin", on_paper=OnPaper(midnight(5) + timedelta(hours=10), NOTULA))
    assert told() == to("penugasan data_capaian", "Citra", "Dewi", "Eko", "Bayu")

    # Eko is moved to another office on the 8th. His post is vacant: his work waits, Rahayu is told, nobody is skipped.
    end_appointment(store, who("admin"), holding(office, "ksb_parmas_sdm"), midnight(8))
    story.on(1, 7, 10)
    story.do("data_capaian", "ksb_kul")
    story.on(1, 8, 9)
    assert told() == [
        *to("pengingat data_capaian", "Citra", "Dewi", "Eko", "Bayu"),
        "Eko: pemberitahuan, Tugas dialihkan",
        "Rahayu: pemberitahuan, Jabatan kosong: Kepala Subbagian Partisipasi, Hubungan Masyarakat, dan SDM",
    ]
    story.do("data_capaian", "ksb_tekhum")
    story.do("data_capaian", "ksb_rendatin")
    story.on(1, 11, 9)
    assert told() == []

    # Surya takes the post on the 11th and with it the task that was left open.
    person["surya"] = story.new("Surya Contoh")
    appoint(store, who("admin"), person["surya"], "ksb_parmas_sdm", "definitif", "SK 7/2027", office.at)
    story.on(1, 11, 10)
    assert told() == ["Surya: penugasan data_capaian"]
    story.on(1, 12, 9)
    story.do("data_capaian", person["surya"])
    assert told() == ["Bayu: penugasan verifikasi"]

    # The second absence: Bayu is ill. Both he and Dewi, his substitute, see the task; she does it.
    ill = add_absence(
        store, who("admin"), person["ksb_rendatin"], person["ksb_tekhum"], "SC 4/2027", office.at, midnight(20)
    )
    story.on(1, 12, 11)
    assert told() == ["Dewi: penugasan verifikasi"]
    story.on(1, 13, 9)
    story.do("verifikasi", "ksb_tekhum")
    assert told() == [*to("pengingat verifikasi", "Bayu", "Dewi"), "Fajar: penugasan penyusunan_draf"]
    end_absence(store, who("ksb_rendatin"), ill["absence"])  # he is well again sooner than thought

    # Rahayu retires on the 18th and Citra is to be Plt. Sekretaris for a month. The Sekretaris signs, so each of the
    # two changes waits for a second person: not the admin who proposed it, but Gita, the Ketua. Both sides hear of it.
    ending = end_appointment(store, who("admin"), holding(office, "sekretaris"), midnight(18))
    with pytest.raises(NotAuthorised):
        confirm(store, who("admin"), ending["proposal"])
    confirm(store, who("ketua"), ending["proposal"])
    letter, until = "SP 8/2027", midnight(18, 2)
    with pytest.raises(Refusal, match="sampai kapan"):
        appoint(store, who("admin"), person["ksb_kul"], "sekretaris", "plt", letter, midnight(18))
    acting = appoint(store, who("admin"), person["ksb_kul"], "sekretaris", "plt", letter, midnight(18), until)
    confirm(store, who("ketua"), acting["proposal"])
    assert told() == to("pemberitahuan, Pemegang jabatan Sekretaris", "Rahayu", "Rahayu", *["Rahayu", "Citra"] * 2)

    # The draft is written, checked and discussed; Citra reviews it as Plt., the plenary signs it.
    story.on(1, 18, 9)
    story.do("penyusunan_draf")
    assert told() == ["Fajar: pengingat penyusunan_draf", "Bayu: penugasan pemeriksaan"]
    story.on(1, 19, 9)
    story.do("pemeriksaan", "ksb_rendatin")
    story.on(1, 19, 14)
    story.do("pembahasan", person["surya"])
    assert told() == [*to("penugasan pembahasan", "Citra", "Bayu", "Dewi", "Surya"), "Citra: penugasan reviu"]
    story.on(1, 20, 9)
    story.do("reviu", "ksb_kul")
    assert told() == to("penugasan pleno", "Gita", "Hadi", "Indah", "Joko", "Kartika")

    # The third absence: Fajar is on leave until the 26th, Surya stands in. The copies are made by her, signed off by
    # Citra. Back at his desk he finds the delivery a day late, and his superior knows.
    add_absence(
        store, who("staf_rendatin"), person["staf_rendatin"], person["surya"], "SC 5/2027", midnight(21), midnight(26)
    )
    story.on(1, 21, 9)
    story.do("pleno")
    assert told() == to("penugasan penggandaan", "Fajar", "Surya")
    story.on(1, 21, 14)
    story.do("penggandaan", person["surya"])
    assert told() == ["Citra: permintaan_pengesahan penggandaan"]
    story.on(1, 22, 9)
    office.approve("ksb_kul")
    assert told() == ["Surya: disahkan penggandaan", *to("penugasan penyampaian", "Fajar", "Surya")]
    story.on(1, 26, 9)
    assert told() == [
        "Surya: pemberitahuan, Tugas dialihkan",
        "Fajar: terlambat penyampaian",
        "Bayu: eskalasi penyampaian",
    ]
    story.do("penyampaian", "staf_rendatin")
    assert told() == ["Citra: permintaan_pengesahan penyampaian"]
    story.on(1, 26, 10)
    office.approve("ksb_kul")
    assert told() == ["Fajar: disahkan penyampaian", "Fajar: penugasan publikasi"]

    # With its last stage the SOP is no longer in force (clause 5), and all who had a part in it are told, Eko too.
    story.do("publikasi", "staf_rendatin")
    everybody = ["Rahayu", "Bayu", "Citra", "Dewi", "Eko", "Fajar", "Gita", "Hadi", "Indah", "Joko", "Kartika", "Surya"]
    assert told() == [
        "Surya: selesai publikasi",
        "Citra: selesai, Selesai: Penyusunan Laporan Kinerja Komisi Pemilihan Umum Kabupaten Pandeglang",
        *to("berakhir, SOP dinyatakan tidak berlaku karena tahapan telah berakhir", *everybody),
    ]
    assert [one.state for one in office.engine.reading.editions()] == ["expired"]
    with pytest.raises(Refusal, match="telah berakhir"):
        office.start(edition, 2027)

    # 18 February: Citra's month is over by itself, and Vera is appointed. Nothing is open, so nobody gets a task.
    story.on(2, 18)
    person["vera"] = story.new("Vera Contoh")
    taking = appoint(store, who("admin"), person["vera"], "sekretaris", "definitif", "SK 20/2027", office.at)
    confirm(store, who("admin_dua"), taking["proposal"])
    with pytest.raises(NotAuthorised):
        store.write(office.id, lambda tx: tx.desk(who("ksb_kul"), "sekretaris"))
    assert told() == to("pemberitahuan, Pemegang jabatan Sekretaris", "Vera", "Vera")  # proposed, and confirmed

    # Next January: the edition is issued anew under its own number, loaded by the other admin, signed by Vera.
    story.on(1, 3, year=2028)
    loaded = load_edition(store, who("admin_dua"), issued_anew(), parse_definition)
    with pytest.raises(NotAuthorised):
        sign_edition(store, who("sekretaris"), loaded["edition"], loaded["digest"])  # Rahayu, long retired
    sign_edition(store, who("vera"), loaded["edition"], loaded["digest"])
    office.start(loaded["edition"], 2027)
    heads = ["Bayu", "Citra", "Dewi", "Gita", "Surya", "Vera"]
    written = told()
    assert sorted(written[:-1]) == to("pemberitahuan, SOP telah disahkan dan berlaku", *heads)
    assert written[-1] == "Vera: penugasan disposisi"

    # Whoever inspects the record finds every step of the year, and nothing altered.
    check(office)
    with recorded(store, office.id) as record:
        verdict = verify_record(record)
    assert (verdict.ok, verdict.entries) == (True, office.engine.reading.office().head_seq)
    runs = store.query(
        "SELECT stage, performed_by, performed_capacity, performed_for FROM stage_runs WHERE performed_for IS NOT NULL"
        " ORDER BY id"
    )
    assert [(stage, story.name[by].split()[0], how, story.name[whom].split()[0]) for stage, by, how, whom in runs] == [
        ("persiapan", "Fajar", "delegasi", "Bayu"),
        ("verifikasi", "Dewi", "pengganti", "Bayu"),
        ("penggandaan", "Surya", "pengganti", "Fajar"),
    ]


def issued_anew() -> str:
    """The text of the next edition: the old one with number and dates emptied, and filled in again."""
    body = emptied(SOP_396.read_text("utf-8"))
    body = re.sub(r"^  nomor_lampiran:.*\n", "", body, flags=re.MULTILINE)  # one number now
    filled = {"nomor": NUMBER_2027, "tanggal_pembuatan": "2028-01-03", "tanggal_efektif": "2028-01-03"}
    for key, value in filled.items():
        body = re.sub(rf"^(  {key}:)", rf"\1 {value}", body, count=1, flags=re.MULTILINE)
    return body
