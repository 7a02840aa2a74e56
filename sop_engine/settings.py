"""One settings value, read once from the environment and `sop.env`, checked at start."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How this installation runs. Every key is `SOP_…` in the environment or in `sop.env`."""

    model_config = SettingsConfigDict(env_prefix="SOP_", env_file="sop.env", extra="ignore", frozen=True)

    database_url: str = Field("sqlite:///data/sop.db", pattern=r"^(sqlite:///|postgresql\+psycopg://).+")
    database_owner_url: str = Field("", pattern=r"^(postgresql\+psycopg://.+)?$", exclude=True)  # never in `sop.env`
    base_url: str = Field("http://127.0.0.1:8000", pattern=r"^https?://[^/\s]+$")
    office: str = "kantor"
    office_name: str = "Kantor"
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(25, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    mail_from: str = "sop@contoh.invalid"
    witnesses: str = Field("", pattern=r"^([^,\s@]+@[^,\s@]+(\s*,\s*[^,\s@]+@[^,\s@]+)+)?$")  # two or more, or none
    tick_seconds: int = Field(30, ge=1, le=3600)
    workflows: Path = Path("workflows")

    @property
    def witness_addresses(self) -> tuple[str, ...]:
        """The addresses outside the office that get the daily checkpoint."""
        return tuple(address.strip() for address in self.witnesses.split(",") if address.strip())

    @property
    def on_postgres(self) -> bool:
        """Whether the store is a PostgreSQL database."""
        return self.database_url.startswith("postgresql")

    @property
    def database_path(self) -> str:
        """The SQLite file's path; of a PostgreSQL database its address, without who and which password."""
        return (
            self.database_url.removeprefix("sqlite:///")
            if not self.on_postgres
            else (self.database_url.partition("://")[2].rpartition("@")[2].partition("?")[0])
        )
