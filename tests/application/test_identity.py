"""Who somebody is, proven: passwords, authenticator codes, one-time tokens; a second person for signers."""

from datetime import timedelta

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from pyotp import TOTP

from sop_engine.application.decide_proposal import confirm, withdraw
from sop_engine.application.ports import Who
from sop_engine.application.prove import prove
from sop_engine.application.reset import reset
from sop_engine.application.set_password import enrol_totp, redeem, set_password
from sop_engine.application.set_up import add_person
from sop_engine.credentials import Credentials
from sop_engine.errors import NotAuthorised, Refusal
from tests.invariants import check
from tests.office import Office

PROVER = Credentials(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))  # as strong costs 50 ms each
PASSWORD, OTHER = "payung hijau tujuh kelinci", "lentera batu sungai gerimis"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def person(office: Office, name: str) -> Who:
    return Who(office.id, office.person[name], "uji")


def with_password(office: Office, name: str = "staf_rendatin", password: str = PASSWORD) -> Who:
    token = reset(office.store, PROVER, person(office, "admin"), office.person[name])["token"]
    redeem(office.store, PROVER, person(office, name), token, password)
    return person(office, name)


def code(office: Office, later: int = 0) -> str:
    return TOTP(SECRET).at(office.at + timedelta(seconds=30 * later))


def with_totp(office: Office, name: str = "staf_rendatin") -> Who:
    who = with_password(office, name)
    enrol_totp(office.store, PROVER, prove(office.store, PROVER, who, PASSWORD), SECRET, code(office))
    return who


def refused(office: Office, who: Who, password: str, digits: str = "") -> str:
    with pytest.raises(NotAuthorised) as refusal:
        prove(office.store, PROVER, who, password, digits)
    return str(refusal.value)


def everything(office: Office) -> str:
    """Every value of every table, as text."""
    tables = ["events", "messages", "texts", "answers", "proposals", "tokens", "credentials", "persons"]
    return "\n".join(str(row) for table in tables for row in office.store.query(f"SELECT * FROM {table}"))


def test_a_password_proves_and_only_the_right_one(office: Office) -> None:
    who = with_password(office)

    assert prove(office.store, PROVER, who, PASSWORD).proof == "sandi"
    refused(office, who, PASSWORD + "x")
    check(office)


def test_wrong_password_unknown_person_and_no_password_yet_sound_the_same(office: Office) -> None:
    who = with_totp(office)
    sentences = {
        refused(office, who, OTHER, code(office, 1)),
        refused(office, who, PASSWORD, "000000"),
        refused(office, who, PASSWORD),
        refused(office, Who(office.id, 999, "uji"), PASSWORD),
        refused(office, person(office, "ketua"), PASSWORD),
    }

    assert len(sentences) == 1


def test_a_code_is_good_once_and_so_are_the_codes_before_it(office: Office) -> None:
    who = with_totp(office)

    refused(office, who, PASSWORD, code(office))  # it was used to enrol
    assert prove(office.store, PROVER, who, PASSWORD, code(office, 1)).proof == "sandi+totp"
    refused(office, who, PASSWORD, code(office, 1))
    refused(office, who, PASSWORD, code(office, 0))


def test_a_right_code_after_failures_is_used_up_too(office: Office) -> None:
    who = with_totp(office)
    refused(office, who, OTHER)

    prove(office.store, PROVER, who, PASSWORD, code(office, 1))

    refused(office, who, PASSWORD, code(office, 1))


def test_failures_delay_the_next_attempt_longer_and_longer(office: Office) -> None:
    who = with_password(office)
    for _ in range(3):
        refused(office, who, OTHER)

    assert "Tunggu 30 detik" in refused(office, who, PASSWORD)
    office.at += timedelta(seconds=30)
    refused(office, who, OTHER)
    assert "Tunggu 60 detik" in refused(office, who, PASSWORD)
    office.at += timedelta(seconds=60)
    assert prove(office.store, PROVER, who, PASSWORD).proof == "sandi"
    assert "Tunggu" not in refused(office, who, OTHER)  # counted from nought again
    check(office)


def test_a_token_is_good_once(office: Office) -> None:
    token = reset(office.store, PROVER, person(office, "admin"), office.person["staf_rendatin"])["token"]
    who = person(office, "staf_rendatin")
    redeem(office.store, PROVER, who, token, PASSWORD)

    with pytest.raises(NotAuthorised, match="sudah dipakai"):
        redeem(office.store, PROVER, who, token, OTHER)
    assert prove(office.store, PROVER, who, PASSWORD).proof == "sandi"


def test_a_token_lasts_a_day_and_serves_only_its_person_and_only_until_the_next(office: Office) -> None:
    who = person(office, "staf_rendatin")
    first = reset(office.store, PROVER, person(office, "admin"), who.person_id)["token"]
    token = reset(office.store, PROVER, person(office, "admin"), who.person_id)["token"]

    for wrong, of in ((first, who), (token, person(office, "ketua")), ("x", who)):
        with pytest.raises(NotAuthorised):
            redeem(office.store, PROVER, of, wrong, PASSWORD)
    office.at += timedelta(hours=24)
    with pytest.raises(NotAuthorised):
        redeem(office.store, PROVER, who, token, PASSWORD)
    office.at -= timedelta(seconds=1)
    redeem(office.store, PROVER, who, token, PASSWORD)


def test_a_weak_password_does_not_use_the_token_up(office: Office) -> None:
    token = reset(office.store, PROVER, person(office, "admin"), office.person["staf_rendatin"])["token"]
    who = person(office, "staf_rendatin")

    repeated = ("aaaaaaaaaaaaaaa", "x" * 201)
    for weak in ("pagar biru", "Fajar Contoh 2027", "kpukabupatenpandeglang", "P4ssw0rd123456", *repeated):
        with pytest.raises(Refusal, match="Kata sandi"):
            redeem(office.store, PROVER, who, token, weak)

    redeem(office.store, PROVER, who, token, PASSWORD)


def test_a_password_is_changed_only_by_whoever_knows_the_old_one(office: Office) -> None:
    who = with_totp(office)
    with pytest.raises(NotAuthorised, match="Buktikan dahulu"):
        set_password(office.store, PROVER, who, OTHER)
    half = Who(office.id, who.person_id, "uji", proof="sandi")
    with pytest.raises(NotAuthorised, match="Buktikan dahulu"):
        enrol_totp(office.store, PROVER, half, SECRET, code(office, 1))

    set_password(office.store, PROVER, prove(office.store, PROVER, who, PASSWORD, code(office, 1)), OTHER)

    office.at += timedelta(minutes=2)
    refused(office, who, PASSWORD, code(office))
    assert prove(office.store, PROVER, who, OTHER, code(office)).proof == "sandi+totp"


def test_a_secret_is_kept_only_with_its_first_code(office: Office) -> None:
    who = with_password(office)
    sure = prove(office.store, PROVER, who, PASSWORD)

    with pytest.raises(NotAuthorised, match="tidak cocok"):
        enrol_totp(office.store, PROVER, sure, SECRET, "123456")

    assert prove(office.store, PROVER, who, PASSWORD).proof == "sandi"


def test_a_reset_forgets_the_authenticator_only_where_asked(office: Office) -> None:
    who = with_totp(office)
    office.at += timedelta(minutes=5)

    with_password(office, password=OTHER)
    refused(office, who, OTHER)
    token = reset(office.store, PROVER, person(office, "admin"), who.person_id, totp=True)["token"]
    redeem(office.store, PROVER, who, token, PASSWORD)

    assert prove(office.store, PROVER, who, PASSWORD).proof == "sandi"


def test_only_an_admin_resets(office: Office) -> None:
    with pytest.raises(NotAuthorised, match="bukan admin"):
        reset(office.store, PROVER, person(office, "ketua"), office.person["staf_rendatin"])


def test_a_signers_reset_works_once_a_second_person_has_confirmed_it(running: Office) -> None:
    office, signer = running, person(running, "sekretaris")
    second = add_person(office.store, office.who(0), "Dua", "dua@contoh.invalid", admin=True)["person"]
    other = Who(office.id, second, "uji")

    asked = reset(office.store, PROVER, person(office, "admin"), signer.person_id)

    with pytest.raises(NotAuthorised):
        redeem(office.store, PROVER, signer, asked["token"], PASSWORD)
    for nobody in (person(office, "admin"), signer, person(office, "ksb_kul")):
        with pytest.raises(NotAuthorised, match="orang kedua"):
            confirm(office.store, nobody, asked["proposal"])
    office.at += timedelta(hours=30)
    assert "token" not in confirm(office.store, other, asked["proposal"])
    redeem(office.store, PROVER, signer, asked["token"], PASSWORD)
    assert prove(office.store, PROVER, signer, PASSWORD).proof == "sandi"
    told = [m for m in office.engine.reading.messages() if m.to_position == "sekretaris" and m.kind == "pemberitahuan"]
    assert sum("jabatan Sekretaris" in m.subject for m in told) == 2
    check(office)


def test_a_withdrawn_reset_gives_nothing(running: Office) -> None:
    asked = reset(running.store, PROVER, person(running, "admin"), running.person["sekretaris"])
    withdraw(running.store, person(running, "admin"), asked["proposal"])

    with pytest.raises(NotAuthorised):
        redeem(running.store, PROVER, person(running, "sekretaris"), asked["token"], PASSWORD)


def test_no_secret_stands_in_the_database(running: Office) -> None:
    who, kept = with_totp(running), Who(running.id, running.person["admin"], "uji", key="satu")
    plain = [reset(running.store, PROVER, kept, running.person[name])["token"] for name in ("ksb_kul", "staf_rendatin")]
    plain += [reset(running.store, PROVER, kept, running.person["sekretaris"])["token"]]
    redeem(running.store, PROVER, who, plain[1], OTHER)
    refused(running, who, "sandi yang salah sekali")

    stored = everything(running)

    for secret in (*plain, PASSWORD, OTHER, "sandi yang salah sekali"):
        assert secret not in stored
    assert stored.count(SECRET) == 1  # the row it is checked with, and nowhere else
    assert "argon2" not in stored.replace("'$argon2id$", "", 1)
