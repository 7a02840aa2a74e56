"""Column types every table uses: TEXT, INTEGER and BLOB only, so that SQLite tables can be STRICT.

On PostgreSQL texts compare by their bytes, as on SQLite: the order never depends on a server's locale.
"""

import json
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Dialect, Integer, LargeBinary, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

from sop_engine.domain.lifecycle import LIVES
from sop_engine.domain.state import instant_of, instant_text

WHOLE = Integer().with_variant(BigInteger(), "postgresql")
WORDS = Text().with_variant(Text(collation="C"), "postgresql")


class InstantText(TypeDecorator[datetime]):
    """An aware UTC instant as fixed-width text that sorts by time."""

    impl = WORDS
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else instant_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else instant_of(value)


class JsonText(TypeDecorator[Any]):
    """A list or map of plain values as compact JSON text."""

    impl = WORDS
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


key = partial(Field, primary_key=True, sa_type=WHOLE, sa_column_kwargs={"autoincrement": False})  # part of a table's
whole = partial(Field, sa_type=WHOLE)
text = partial(Field, sa_type=WORDS)
instant = partial(Field, sa_type=InstantText)
listing = partial(Field, sa_type=JsonText)
blob = partial(Field, None, sa_type=LargeBinary)


def state_check(table: str) -> CheckConstraint:
    """A CHECK that admits only the states of the table's life cycle."""
    states = ", ".join(f"'{state}'" for state in LIVES[table].states)
    return CheckConstraint(f"state IN ({states})", name=f"{table}_state")
