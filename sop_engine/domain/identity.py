"""What proves who somebody is; nothing of it ever enters the record or a mail."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sop_engine.errors import NotAuthorised

FREE_FAILURES = 3  # so many failures cost nothing; each one after doubles the delay
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=30), timedelta(hours=1)
TOKEN_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Credential:
    """A person's password and second factor; of TOTP codes only those of steps after `totp_step` are good."""

    person_id: int
    password_hash: str
    changed_at: datetime
    totp_secret: str | None = None
    totp_step: int = 0
    failures: int = 0
    locked_until: datetime | None = None

    def failed(self, now: datetime) -> "Credential":
        """Count one more failure, and delay the next attempt."""
        failures = self.failures + 1
        over = min(failures - FREE_FAILURES, 10)
        wait = min(FIRST_DELAY * 2**over, LONGEST_DELAY) if over >= 0 else None
        return replace(self, failures=failures, locked_until=now + wait if wait else None)

    def check_delay(self, now: datetime) -> None:
        """Refuse an attempt before the delay is over, be it right or wrong."""
        if self.locked_until and now < self.locked_until:
            seconds = -((now - self.locked_until) // timedelta(seconds=1))
            wait = f"{seconds} detik" if seconds <= 90 else f"{-(-seconds // 60)} menit"
            raise NotAuthorised(
                f"Kata sandi atau kode akun ini sudah {self.failures} kali salah.",
                instead=f"Tunggu {wait}, lalu coba lagi. Bila lupa kata sandi, mintalah admin memulihkannya.",
            )


@dataclass(frozen=True, slots=True)
class Token:
    """The right to set a password once, by the digest of what was handed over; `totp` also forgets the factor."""

    hash: str
    person_id: int
    purpose: str  # sandi | sandi+totp: what it resets
    expires_at: datetime
    used_at: datetime | None = None
