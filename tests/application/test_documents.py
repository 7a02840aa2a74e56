"""Organisations and calendars: every text ever loaded stays, the one loaded last is in use."""

from sop_engine.application.set_up import load_document
from tests.office import KPU, SOP_396, Office, calendar_data

FIRST = KPU.read_text("utf-8")
OTHER = FIRST.replace("nama: Komisi", "nama: Kantor Komisi", 1)


def test_the_organisation_loaded_last_is_in_use_even_if_it_was_loaded_before(office: Office) -> None:
    def loaded(body: str, name: str = KPU.stem) -> str:
        digest = load_document(office.store, office.who("admin"), "organisation", name, body)["digest"]
        known = office.engine.reading.organisation(name)
        assert known
        assert f"nama: {known.name}\n" in body
        return str(digest)

    first, other, again = loaded(FIRST), loaded(OTHER), loaded(FIRST)

    assert first == again != other
    office.load(SOP_396.read_text("utf-8"))
    assert office.engine.reading.editions()[-1].organisation == first
    assert loaded(FIRST, "nama-lain") == first  # one text under two names


def test_the_calendar_loaded_last_is_in_use_even_if_it_was_loaded_before(office: Office) -> None:
    before = calendar_data()
    fewer = before.model_copy(update={"days_off": {}})
    for calendar in (fewer, before, fewer):
        load_document(office.store, office.who("admin"), "calendar", "indonesia", calendar.model_dump_json())

        assert office.engine.reading.calendar("Asia/Jakarta").data == calendar
