"""Password, code and one-time token at the command line."""

from pathlib import Path

from tests.cli.conftest import NUMBER, PASSWORD, Terminal, enrol, proof_of

OTHER = "lentera batu sungai gerimis"


def token_for(sop: Terminal, person: str) -> str:
    return str(sop.json("people", "reset", f"{person}@contoh.invalid", sebagai="admin")["token"])


def set_password(sop: Terminal, person: str) -> None:
    typed = f"{token_for(sop, person)}\n{PASSWORD}\n"
    sop.json("people", "password", "--pemulihan", sebagai=person, typed=typed)


def test_without_password_nobody_signs(loaded: Terminal) -> None:
    silent = loaded("sign", NUMBER, "--ya", sebagai="sekretaris", typed="")
    wrong = loaded("sign", NUMBER, "--ya", sebagai="sekretaris", typed=f"{OTHER}\n123456\n")

    assert (silent.code, wrong.code) == (2, 1)
    assert "Kata sandi belum diberikan" in silent.err
    assert "tidak cocok" in wrong.err
    assert loaded.json("editions")["editions"][0]["status"] == "draft"


def test_a_password_alone_signs_nothing_and_says_what_is_missing(staffed: Terminal) -> None:
    set_password(staffed, "ksb_kul")

    told = staffed("void", NUMBER, "--dasar", "x", "--ya", sebagai="ksb_kul")

    assert told.code == 1


def test_an_authenticator_is_asked_for_once_it_is_there(running: Terminal) -> None:
    set_password(running, "ksb_kul")
    enrol("ksb_kul")

    alone = running("people", "password", sebagai="ksb_kul", typed=f"{PASSWORD}\n\n{OTHER}\n")
    both = running("people", "password", sebagai="ksb_kul", typed=f"{proof_of('ksb_kul')}{OTHER}\n")

    assert "tidak cocok" in alone.err
    assert (both.code, both.err) == (0, "")


def test_a_wrong_first_code_enrols_nothing(running: Terminal) -> None:
    set_password(running, "ksb_kul")

    told = running("people", "totp", sebagai="ksb_kul", typed=f"{PASSWORD}\n000000\n")

    assert told.code == 1
    assert "belum dipakai" in told.err
    assert proof_of("ksb_kul") == f"{PASSWORD}\n"


def test_a_signers_reset_is_proposed_and_confirmed_by_the_superior(running: Terminal) -> None:
    shown = running("people", "reset", "sekretaris@contoh.invalid", "--totp", sebagai="admin")
    proposal = shown.out.split("Diusulkan dengan nomor ")[1].split(".")[0]
    token = shown.out.split("\n  ")[1].split()[0]

    early = running("people", "password", "--pemulihan", sebagai="sekretaris", typed=f"{token}\n{OTHER}\n")
    running.json("holders", "confirm", proposal, sebagai="ketua")
    done = running("people", "password", "--pemulihan", sebagai="sekretaris", typed=f"{token}\n{OTHER}\n")

    assert (early.code, done.code) == (1, 0)
    written = Path("data/sop.db").read_bytes()
    assert token.encode() not in written
    assert OTHER.encode() not in written
