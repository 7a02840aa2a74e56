"""PostgreSQL as a store: its schema and rights are what we ship, its clock counts, and nothing is half done or done twice."""

import re
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.schema import CreateIndex, CreateTable

from notifications.mailer import SmtpServer  # noqa: F401
from sop_engine.application.complete_task import complete_task
from sop_engine.errors import NotFound, StoreUnfit
from sop_engine.settings import Settings
from sop_engine.storage.guards import GUARDS, postgresql_triggers
from sop_engine.storage.tables import TABLES
from sop_engine.wiring import install, open_engine
from tests.office import Office, settings_of
from tests.postgres import Database, Databases

STORES = ["postgres"]  # what SQLite has nothing like
LISTING = Path("sop_engine/storage/schema.postgresql.txt")
