"""Every kind of mail: exactly its keys, its words in text and HTML alike, nothing that harms."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from jinja2 import UndefinedError

from notifications import render as rendering
from notifications.render import KEYS, LISTS, Letter, Unsendable, render
from tests.notifications.letters import BASE_ADDRESS, HEAD, empty, full, message

KINDS = sorted(KEYS)
# What a kind is told for the calendar or for completeness, but doesn't print.
NOT_PRINTED = {
    "disahkan": {"kelengkapan", "tenggat", "tenggat_iso", "penjelasan_tenggat"},
    "eskalasi": {"kelengkapan", "tenggat_iso"},
    "pengembalian": {"kelengkapan", "tenggat_iso"},
    "pengingat": {"kelengkapan"},
    "permintaan_pengesahan": {"kelengkapan"},
    "selesai": {"kelengkapan", "tenggat", "tenggat_iso", "penjelasan_tenggat"},
    "terlambat": {"kelengkapan", "tenggat_iso"},
}
HARMFUL = (
    'Lihat https://jahat.example/a dan www.jahat.example, s.id/x <a href="http://jahat.example">ini</a>'
    "<script>alert(1)</script> & mailto:a@jahat.example \u202egnp.exe\x00\x1f{{ 7 * 7 }} =?utf-8?q?x?="
)


def letter(kind: str, **changed: object) -> Letter:
    return render(kind, full(kind) | changed, message(kind).subject, base_address=BASE_ADDRESS, head=HEAD)


class Page(HTMLParser):
    """The words of an HTML mail, its tags, and every address it could fetch or lead to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if tag == "a" and name == "href"]
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "background", "action")]
        self.addresses += re.findall(r"url\(", " ".join(value or "" for _, value in attrs))

    def handle_data(self, data: str) -> None:
        if self.get_starttag_text() != "<title>" or self.words:
            self.words += data.split()


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_prints_every_key_it_is_told(kind: str) -> None:
    usual = letter(kind)
    told_in_text, told_in_html = set(), set()
    closed = {"lingkup": ["sop"], "sifat": ["informasi"]}
    for key in KEYS[kind]:
        others: list[object] = [["penanda"], []] if key in LISTS else ["/penanda", "", *closed.get(key, [])]
        for changed in (letter(kind, **{key: other}) for other in others):
            told_in_text |= {key} if changed.text != usual.text else set()
            told_in_html |= {key} if changed.html != usual.html else set()

    assert told_in_text == told_in_html == set(KEYS[kind]) - NOT_PRINTED.get(kind, set())


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_can_be_written_when_all_that_may_be_empty_is(kind: str) -> None:
    made = render(kind, empty(kind), "", base_address=BASE_ADDRESS, head=HEAD)

    assert "Yth. Bapak/Ibu" in made.text
    assert not re.search(r"\(\)|[a-z] : *$| ,|«»|\b(pada|sejak|nomor|selama) *[.,)]", made.text, re.MULTILINE)


@pytest.mark.parametrize("kind", KINDS)
def test_each_missing_or_mistyped_value_is_named(kind: str) -> None:
    for key in KEYS[kind]:
        context = full(kind)
        wrong: object = "teks" if key in LISTS else ["daftar"]
        for broken in (
            {k: v for k, v in context.items() if k != key},
            context | {key: wrong},
            context | {key: None},
        ):
            with pytest.raises(Unsendable, match=f"«{key}»"):
                render(kind, broken, "x", base_address=BASE_ADDRESS, head=HEAD)


def test_a_template_can_not_print_what_nobody_told_it() -> None:
    with pytest.raises(UndefinedError, match="tidak_ada"):
        rendering._environment().from_string("{{ tidak_ada }}").render()


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(Unsendable, match="«undangan»"):
        render("undangan", full("uji"), "x", base_address=BASE_ADDRESS, head=HEAD)


@pytest.mark.parametrize("context", [full, empty])
@pytest.mark.parametrize("kind", KINDS)
def test_text_and_html_say_the_same_in_the_same_order(kind: str, context: Callable[[str], dict[str, Any]]) -> None:
    made = letter(kind, **context(kind))

    text, html = ([word.strip(":") for word in words] for words in (made.text.split(), Page(made.html).words))
    assert [word for word in text if word.strip("-")] == html


@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_says_what_it_is_and_shows_the_head_of_the_record(kind: str) -> None:
    made = letter(kind)

    for version in (made.text, made.html):
        assert "Surel ini dikirim otomatis oleh sistem; bukan naskah dinas." in version
        assert f"nomor 128, sidik digital {HEAD[1][:12]}." in version


@pytest.mark.parametrize("kind", KINDS)
def test_only_our_own_address_is_a_link_and_nothing_is_fetched(kind: str) -> None:
    made = letter(kind)
    page = Page(made.html)

    expected = [BASE_ADDRESS + full(kind)["tautan"]] if full(kind)["tautan"] else []
    assert page.links == page.addresses == expected
    assert not page.tags & {"script", "img", "style", "link", "form", "iframe"}
    assert re.findall(r"https?://\S+", made.text) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_words_of_others_stay_words(kind: str) -> None:
    own = {key: [HARMFUL] if key in LISTS else HARMFUL for key in KEYS[kind]}
    made = render(kind, own | {"tautan": "/tugas/57"}, HARMFUL, base_address=BASE_ADDRESS, head=HEAD)
    page = Page(made.html)

    assert page.links == page.addresses == [f"{BASE_ADDRESS}/tugas/57"]
    assert "script" not in page.tags
    for version in (made.text, made.html, made.subject):
        assert not re.search(r"(?i)https?://(?!sop\.contoh)|www\.|mailto:|jahat\.example|s\.id/", version)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", version)
    assert "<script>alert(1)</script> &" in made.text
    assert "{{ 7 * 7 }}" in made.text


def test_a_note_is_shortened_but_keeps_its_lines() -> None:
    made = letter("pengembalian", catatan="Perbaiki tabel 3.\n\n\nLalu " + "periksa kembali " * 100)

    quoted = made.text.split("sebagai berikut:\n\n")[1].split("\n\n")[0]
    assert quoted.startswith("    Perbaiki tabel 3.\n    Lalu periksa")
    assert quoted.endswith("…")
    assert len(quoted) < 750


def test_a_long_list_says_how_much_was_left_out() -> None:
    assert "… dan 12 lainnya" in letter("penugasan", keluaran=[f"Berkas {n}" for n in range(42)]).text


def test_lines_fit_a_plain_text_reader() -> None:
    for kind in KINDS:
        assert max(len(line) for line in letter(kind).text.splitlines()) <= 74


@pytest.mark.parametrize(
    "path",
    ["//jahat.example", "https://jahat.example", "tugas/57", "/tugas\r\nX: y", "/a b", '/"', "/\\evil"],
)
def test_a_link_that_is_no_path_of_ours_is_refused(path: str) -> None:
    with pytest.raises(Unsendable, match="«tautan»"):
        letter("penugasan", tautan=path)


def test_an_escalation_asks_a_superior_for_direction_and_only_informs_the_ratifier() -> None:
    assert "Mohon arahan Bapak/Ibu" in letter("eskalasi", sifat="atasan").text
    informed = letter("eskalasi", sifat="informasi").text
    assert "sebagai informasi" in informed
    assert "arahan" not in informed
