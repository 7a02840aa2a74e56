"""Passwords, codes and tokens: how they are made, checked and judged (argon2id, RFC 6238, 256 bits)."""

import hashlib
import re
import secrets
from datetime import datetime

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pyotp import TOTP, random_base32
from pyotp.utils import strings_equal

from sop_engine.errors import Refusal

SHORTEST, LONGEST = 12, 200
_STEP = 30  # seconds
# What guessable passwords are made of, in English and Indonesian; twelve characters of nothing else are no secret.
_COMMON = (
    "password|passw0rd|welcome|administrator|admin|letmein|login|qwertyuiop|qwerty|asdfghjkl|asdfgh|zxcvbnm|zxcvbn"
    "|iloveyou|monkey|dragon|football|sunshine|princess|master|secret|changeme|default|test|user|root|abc|the|my|is|you"
    "|love|katasandi|kata|sandi|rahasia|bismillah|alhamdulillah|indonesia|merdeka|jakarta|bandung|banten|garuda"
    "|pancasila|sayang|cinta|kamu|aku|selamat|pagi|datang|semangat|sekretariat|sekretaris|kantor|pemilu|pilkada|bawaslu"
    "|kpu|pegawai|ganti|dulu|bersama|bisa|anjing|doraemon|persib|persija"
)
_LEET = str.maketrans("0134578@$!", "oieastbasi")


class Credentials:
    """The engine's way to prove identity; `application.ports.Prover`."""

    def __init__(self, hasher: Argon2Hasher | None = None) -> None:
        self._passwords = PasswordHash((hasher or Argon2Hasher(),))
        self._nobody = self._passwords.hash(secrets.token_hex())

    def hashed(self, password: str) -> str:
        """Give the argon2id hash of a password."""
        return self._passwords.hash(password)

    def matches(self, password: str, hashed: str | None) -> bool:
        """Tell whether a password has this hash; without one False, after the same work."""
        return self._passwords.verify(password[: LONGEST + 1], hashed or self._nobody) and hashed is not None

    def check_password(self, password: str, *about: str) -> None:
        """Refuse a password that is short, common, or made of what is known about its owner."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise Refusal(
                f"Kata sandi paling sedikit {SHORTEST} dan paling banyak {LONGEST} karakter.",
                instead="Misalnya empat kata yang tidak berhubungan.",
            )
        known = {word for text in about for word in re.split(r"[\W\d_]+", text.casefold()) if len(word) > 2}
        plain = password.casefold()
        for folded in (plain, re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain).translate(_LEET)):
            rest = re.sub("|".join([*sorted(map(re.escape, known), key=len, reverse=True), _COMMON]), "", folded)
            if len(set(re.sub(r"[\W\d_]", "", rest))) < 4:
                raise Refusal(
                    "Kata sandi ini mudah ditebak: hanya terdiri atas kata yang umum, nama, angka atau pengulangan.",
                    instead="Pakailah beberapa kata lain yang tidak menyangkut nama, surel atau kantor Saudara.",
                )

    def new_secret(self) -> str:
        """Make a secret for an authenticator."""
        return random_base32()

    def address_of(self, secret: str, account: str, office: str) -> str:
        """Give the address by which an authenticator takes a secret in."""
        return TOTP(secret).provisioning_uri(name=account, issuer_name=office)

    def step_of(self, secret: str, code: str, now: datetime) -> int | None:
        """Give the time step a code belongs to, one step around now; None for a wrong one."""
        present, typed = int(now.timestamp()) // _STEP, code.replace(" ", "")
        matching = [
            step for step in (present - 1, present, present + 1)
            if strings_equal(typed, TOTP(secret).generate_otp(step))
        ]  # fmt: skip
        return matching[0] if matching else None

    def new_token(self) -> str:
        """Make a one-time token of 256 bits."""
        return secrets.token_urlsafe(32)

    def digest_of(self, token: str) -> str:
        """Give all that is kept of a token."""
        return hashlib.sha256(token.strip().encode()).hexdigest()
