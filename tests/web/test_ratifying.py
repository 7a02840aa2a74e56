"""The ratifying official signs what is shown, and nothing else."""

from tests.office import SOP_396, Office
from tests.web.conftest import be, browser, everything
from tests.web.test_staff import form_on


def test_a_draft_is_signed_with_the_digest_that_was_shown(office: Office) -> None:
    loaded = office.load(SOP_396.read_text("utf-8"))
    page = f"/edisi/{loaded['edition']}"
    visitor = be(browser(office), office.person["sekretaris"])
    shown = visitor.get(page).text
    assert loaded["digest"] in shown
    form, before = form_on(shown, f"{page}/sahkan"), everything(office)

    other = visitor.post(f"{page}/sahkan", data=form | {"sidik": "ab" * 32})
    assert other.status_code == 422
    assert "bukan naskah yang tersimpan" in other.text
    assert everything(office) == before

    for _ in range(2):
        signed = visitor.post(f"{page}/sahkan", data=form)
        assert signed.headers["location"] == f"{page}?kabar=berlaku"
    assert office.engine.reading.editions()[0].state == "in_force"


def test_who_does_not_ratify_is_not_offered_the_form_and_refused_by_the_command(office: Office) -> None:
    page = f"/edisi/{office.load(SOP_396.read_text('utf-8'))['edition']}"
    visitor = be(browser(office), office.person["ksb_kul"])
    shown = visitor.get(page).text
    assert "Tanda tangani naskah ini" not in shown
    form = form_on(shown, "/keluar") | {"sidik": "x"}
    assert visitor.post(f"{page}/sahkan", data=form).status_code == 422
    assert office.engine.reading.editions()[0].state == "draft"
