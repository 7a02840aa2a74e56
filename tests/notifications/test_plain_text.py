"""Words of others: printable, on one line, not clickable, still readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.plain_text import for_header, lines, one_line, shortened, unlinked


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("https://s.id/abc", "https ://s .id/abc"),
        ("www.kpu.go.id", "www .kpu .go .id"),
        ("HTTP://JAHAT.EXAMPLE", "HTTP ://JAHAT .EXAMPLE"),
        ("mailto:a@jahat.example", "mailto :a@jahat .example"),
        ("t.me/kpu", "t .me/kpu"),
    ],
)
def test_what_a_mail_program_would_link_is_broken(written: str, shown: str) -> None:
    assert unlinked(written) == shown


@pytest.mark.parametrize(
    "written",
    [
        "Budi Contoh, S.E., M.Si.",
        "Dewi Contoh, A.Md.Kom.",
        "396/ORT.06/3601/2023",
        "5/PR.03-1-Kpt/03/KPU/1/2018",
        "pukul 16.00 WIB",
        "Catatan: lihat Bab III. Lalu perbaiki.",
    ],
)
def test_titles_numbers_and_sentences_stay_as_written(written: str) -> None:
    assert unlinked(written) == written


def test_a_cut_falls_between_words_and_is_shown() -> None:
    assert shortened("satu dua tiga", 13) == "satu dua tiga"
    assert shortened("satu dua tiga", 12) == "satu dua …"
    assert shortened("a" * 50, 10) == "a" * 8 + " …"


def test_line_breaks_of_a_note_stay_and_blank_lines_go() -> None:
    assert lines("satu\r\n\r\n  dua \x00\n\ntiga") == "satu\ndua\ntiga"


@given(st.text(), st.integers(min_value=5, max_value=80))
def test_a_header_value_is_one_printable_line_without_an_encoded_word(text: str, limit: int) -> None:
    value = for_header(text, limit)

    assert value.isprintable()
    assert "=?" not in value
    assert len(value) <= limit
    assert one_line(value) == value
