"""Column types every table uses: TEXT, INTEGER and BLOB only, so that SQLite tables can be STRICT.

On PostgreSQL texts compare by their bytes, as on SQLite: the order never depends on a server's locale.
"""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Dialect, Integer, LargeBinary, Text
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field

from sop_engine.domain.lifecycle import LIVES
from sop_engine.domain.state import instant_of, instant_text

WHOLE = Integer().with_variant(BigInteger(), "postgresql")
_BYTEWISE = Text(collation="C")
WORDS = Text().with_variant(_BYTEWISE, "postgresql")


class _AsText(TypeDecorator[Any]):
    """A value kept as text."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _BYTEWISE if dialect.name == "postgresql" else Text()


class InstantText(_AsText):
    """An aware UTC instant as fixed-width text that sorts by time."""

    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else instant_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else instant_of(value)


class JsonText(_AsText):
    """A list or map of plain values as compact JSON text."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def key(**extra: Any) -> Any:
    """A part of a table's primary key."""
    return Field(primary_key=True, sa_type=WHOLE, sa_column_kwargs={"autoincrement": False}, **extra)


def whole(default: Any = ..., **extra: Any) -> Any:
    """A whole number."""
    return Field(default, sa_type=WHOLE, **extra)


def text(default: Any = ..., **extra: Any) -> Any:
    """A text."""
    return Field(default, sa_type=WORDS, **extra)


def instant(default: Any = ...) -> Any:
    """An instant."""
    return Field(default, sa_type=InstantText)


def listing(default: Any = ...) -> Any:
    """A list or map."""
    return Field(default, sa_type=JsonText)


def blob(default: Any = None) -> Any:
    """Bytes."""
    return Field(default, sa_type=LargeBinary)


def state_check(table: str) -> CheckConstraint:
    """A CHECK that admits only the states of the table's life cycle."""
    states = ", ".join(f"'{state}'" for state in LIVES[table].states)
    return CheckConstraint(f"state IN ({states})", name=f"{table}_state")
