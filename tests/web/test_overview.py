"""The overview: who is waited for, the light of each case, and its plan against what happened."""

import re
from datetime import timedelta

import pytest

from sop_engine.domain.planning import planned
from sop_engine.web.case_page import CasePage
from sop_engine.web.timelines import Timeline
from tests.office import SOP_396, Office
from tests.web.conftest import be, browser


def seen(office: Office) -> str:
    return be(browser(office), office.person["sekretaris"]).get("/ikhtisar").text


def lights(page: str) -> list[str]:
    """The light of every case on the page, from above."""
    return re.findall(r'</h2>\s*<p class="facts"><span class="badge \w+">.*?</svg> ?([^<]*)</span>', page, re.DOTALL)


def timeline(office: Office) -> Timeline:
    reading = office.engine.reading
    view = reading.case(reading.cases()[-1].id)
    assert view
    return Timeline(CasePage(view.plan, view, reading.people(), office.at))


def test_it_says_on_whom_a_case_waits_and_since_when(running: Office) -> None:
    page = seen(running)
    assert "Rahayu Contoh" in page
    assert "Menunggu sejak Senin, 4 Januari 2027 pukul 07.30 WIB" in page
    running.done("disposisi")
    running.done("persiapan")
    running.at += timedelta(minutes=30)
    page = seen(running)
    assert "menunggu pengesahan Sekretaris (Rahayu Contoh)" in page
    assert "1 dari 13 tahap selesai" in page


def test_the_light_follows_the_due_date_and_is_told_in_words(running: Office) -> None:
    assert lights(seen(running)) == ["Jatuh tempo dekat"]  # due today
    running.at += timedelta(days=1)
    assert lights(seen(running)) == ["Terlambat"]
    for _ in range(6):  # up to four working days for the figures
        running.next_act()[2]()  # type: ignore[index]
    assert lights(seen(running)) == ["Tepat waktu"]


def test_the_most_pressing_case_comes_first_and_what_has_ended_is_gone(office: Office) -> None:
    assert "Tidak ada kasus yang sedang berjalan" in seen(office)
    body = SOP_396.read_text("utf-8").replace("aturan: tidak_berlaku_saat_berakhir", "")
    edition = office.in_force(body)
    first = office.start(edition)
    office.at += timedelta(days=2)
    second = office.start(edition)
    page = seen(office)
    assert lights(page) == ["Terlambat", "Jatuh tempo dekat"]
    assert page.index(f'href="/kasus/{first}"') < page.index(f'href="/kasus/{second}"')
    office.to_the_end()
    assert "Tidak ada kasus yang sedang berjalan" in seen(office)


@pytest.mark.parametrize("days", [0, 14])  # begun two weeks late, a limit cuts what is left
def test_the_plan_is_what_comes_about_when_everybody_uses_all_their_time(office: Office, days: int) -> None:
    office.at += timedelta(days=days)
    reading, number = office.engine.reading, office.start(office.in_force())
    view = reading.case(number)
    assert view
    plan = planned(view.plan, view.case)
    while act := office.next_act():
        view = reading.case(number)
        assert view
        due = [run.due_at for run in view.runs if run.state == "active" and run.due_at]
        if act[0] == "complete" and due:
            office.at = max(office.at, *due)
        act[2]()
    view = reading.case(number)
    assert view
    came = {run.stage: max(run.activated_at, run.due_at) for run in view.runs if run.due_at}
    assert came == {stage: until for stage, (_, until) in plan.stages.items()}
    assert plan.limits.keys() == {"surat", "undang_undang"}


def test_every_stage_has_its_bars_and_the_same_in_words(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan")
    running.send_back("Lengkapi jadwal.")
    running.at += timedelta(days=3)
    rows = {row.stage.id: row for row in timeline(running).rows}
    assert len(rows) == 13
    assert rows["disposisi"].words.startswith("rencana 4 Jan; nyata 4 Jan")
    again = rows["persiapan"]
    assert "nyata putaran ke-2 4 Jan – 7 Jan dan berjalan" in again.words
    assert again.bars.count('class="done') == 2
    assert 'class="done late"' in again.bars
    assert 'class="done' not in rows["verifikasi"].bars
    assert all('class="today"' in row.bars and 'class="plan"' in row.bars for row in rows.values())
    places = [float(x) for row in rows.values() for x in re.findall(r' (?:x|x1|width)="([\d.]+)%"', row.bars)]
    assert all(0 <= x <= 100 for x in places)


def test_an_sop_without_times_and_a_case_of_other_words_are_drawn_too(office: Office) -> None:
    body = re.sub(r"\n    waktu: [^\n]*", "", SOP_396.read_text("utf-8"))
    body = re.sub(r"\njadwal:.*?\n(?=tahapan:)", "\njadwal:\n  siklus: sekali\n", body, flags=re.DOTALL)
    office.start(office.in_force(body), year=None)
    assert lights(seen(office)) == ["Tepat waktu"]
    assert len(timeline(office).rows) == 13
