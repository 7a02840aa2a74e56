"""Proof of who acts: password and code are asked at a terminal without echo, or read as lines of stdin."""

import sys
from typing import Annotated

import typer

from sop_engine.application.ports import Who
from sop_engine.application.prove import prove
from sop_engine.application.reset import reset as reset_credential
from sop_engine.application.set_password import enrol_totp, redeem, set_password
from sop_engine.cli.call import Answer, Call, Misused
from sop_engine.cli.people import Person, say_proposed
from sop_engine.cli.verbs import option, verb
from sop_engine.errors import NotAuthorised


def proven(call: Call, who: Who, *, signing: bool = False) -> Who:
    """Ask for what proves `who`; for a signature a second factor is needed."""
    password = _secret("Kata sandi")
    kept = call.store.credential(who.office_id, who.person_id)
    code = _secret("Kode autentikator") if kept and kept.totp_secret else ""
    found = prove(call.store, call.engine.prover, who, password, code)
    if signing and found.proof != "sandi+totp":
        raise NotAuthorised(
            "Tanda tangan memerlukan kata sandi dan kode autentikator, dan Saudara belum punya autentikator.",
            instead="Daftarkan dahulu dengan `sop people totp`.",
        )
    return found


def _secret(question: str) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(question, hide_input=True, err=True))
    line = sys.stdin.readline()
    if not line:
        raise Misused(f"{question} belum diberikan: jalankan di terminal, atau berikan sebagai satu baris stdin.")
    return line.rstrip("\r\n")


@verb(
    "reset",
    "Buat kode sekali pakai agar seseorang dapat menetapkan kata sandinya. Bagi penanda tangan perlu orang kedua.",
    "sop people reset fajar@contoh.invalid --sebagai 1",
)
def reset(
    call: Call,
    who: Who,
    person: Person,
    totp: Annotated[bool, option("--totp", "", "Lupakan juga autentikatornya (telepon hilang).")] = False,
) -> Answer:
    """Give a token to hand over."""
    found = call.person(person)
    answer = reset_credential(call.store, call.engine.prover, who, found.id, totp)
    waiting = say_proposed(call, answer)
    say_token(call, found.id, found.name, answer["token"], "sesudah disetujui " if waiting else "")
    return answer


def say_token(call: Call, number: int, name: str, token: str, since: str = "") -> None:
    """Show a token to whoever hands it over; nobody can show it again."""
    call.say(f"Kode sekali pakai untuk {name}, berlaku {since}24 jam dan hanya ditampilkan sekali ini:\n  {token}")
    call.say(f"Serahkan langsung kepadanya, lalu: `sop people password --pemulihan --sebagai {number}`.")


@verb(
    "password",
    "Tetapkan kata sandi sendiri: dengan yang lama, atau dengan kode pemulihan dari admin.",
    "sop people password --pemulihan --sebagai fajar@contoh.invalid",
)
def password(
    call: Call,
    who: Who,
    pemulihan: Annotated[bool, option("--pemulihan", "", "Saudara menerima kode sekali pakai.")] = False,
) -> Answer:
    """Ask for the old password or the token, then twice for the new one."""
    prover = call.engine.prover
    if pemulihan:
        token = _secret("Kode pemulihan")
        answer = redeem(call.store, prover, who, token, _new())
    else:
        answer = set_password(call.store, prover, proven(call, who), _new())
    call.say(f"Kata sandi {answer['name']} ditetapkan.", style="green")
    return answer


def _new() -> str:
    new = _secret("Kata sandi baru (sedikitnya 12 karakter)")
    if sys.stdin.isatty() and _secret("Sekali lagi") != new:
        raise Misused("Kedua kata sandi baru tidak sama; tidak ada yang diubah.")
    return new


@verb("totp", "Daftarkan aplikasi autentikator di telepon Saudara.", "sop people totp --sebagai rahayu@contoh.invalid")
def totp(call: Call, who: Who) -> Answer:
    """Show a new secret, once, and keep it when its first code comes back."""
    sure, prover = proven(call, who), call.engine.prover
    secret, person = prover.new_secret(), call.reading.people().person(who.person_id)
    typer.echo(f"Masukkan rahasia ini ke aplikasi autentikator (hanya ditampilkan sekali):\n  {secret}", err=True)
    typer.echo(f"  {prover.address_of(secret, person.email, call.settings.office_name)}", err=True)
    answer = enrol_totp(call.store, prover, sure, secret, _secret("Kode pertama dari aplikasi itu"))
    call.say(f"Autentikator {person.name} terdaftar; tanda tangan akan meminta kodenya.", style="green")
    return answer
