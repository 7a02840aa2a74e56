"""Lints: what only a whole definition, or it and its organisation, can be wrong about.

One small function per lint; it yields problems with a path and never raises. A new lint is one function and
one line here, its codes one line each in `sop_engine/files/codes.py`.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sop_engine.domain.definition import Definition
from sop_engine.domain.organisation import Organisation
from sop_engine.errors import Problem
from sop_engine.files.lints import document, graph, outlook, references, staffing, structure, timing
from sop_engine.files.lints.subject import Subject

T = TypeVar("T")
_MOST = 100  # of one lint: nobody reads more, and a hostile file must not cost more

LINTS: tuple[Callable[[Subject], Iterator[Problem]], ...] = (
    references.repeated_ids,
    references.jumps,
    references.dates_after_stages,
    references.former_ids,
    references.words_together,
    structure.known_positions,
    structure.bodies_stand_alone,
    structure.known_units,
    structure.two_persons,
    structure.every_unit,
    graph.reached_and_ending,
    document.rules_complete,
    document.numbers_agree,
    document.printed_dates,
    document.provenance_told,
    document.reconstructed_keys,
    document.outputs_are_used,
    document.ends_are_told,
    timing.stages_have_durations,
    timing.days_written_as_minutes,
    timing.one_edition_per_cycle,
    timing.one_cycle,
    timing.levels_in_place,
)
ORGANISATION_LINTS: tuple[Callable[[Organisation], Iterator[Problem]], ...] = (
    structure.organisation_words,
    structure.superiors_form_a_forest,
    structure.members_and_quorum,
)
CALENDAR_LINTS: tuple[Callable[[outlook.Outlook], Iterator[Problem]], ...] = (
    outlook.limits_kept,
    outlook.limits_on_days_off,
    outlook.years_settled,
)
STAFF_LINTS: tuple[Callable[[staffing.Staffed], Iterator[Problem]], ...] = (
    staffing.everybody_in_post,
    staffing.bodies_can_decide,
    staffing.somebody_else_signs,
)
# These hold for a definition from which faulty values were left out: they look at what is there, not at gaps.
_SURE = (*LINTS[:5], structure.known_positions, structure.known_units)


def lint(definition: Definition, organisation: Organisation | None = None) -> list[Problem]:
    """List all that is wrong with a definition; without its organisation, what can be told without."""
    return _all(LINTS, Subject(definition, organisation))


def lint_partial(definition: Definition, organisation: Organisation | None = None) -> list[Problem]:
    """List what is surely wrong with a definition from which faulty values were left out."""
    return _all(_SURE, Subject(definition, organisation))


def lint_organisation(organisation: Organisation) -> list[Problem]:
    """List all that is wrong with an organisation."""
    return _all(ORGANISATION_LINTS, organisation)


def lint_calendar(found: outlook.Outlook) -> list[Problem]:
    """List what the calendar of a year makes of a sound definition."""
    return _all(CALENDAR_LINTS, found)


def lint_staff(staffed: staffing.Staffed) -> list[Problem]:
    """List what a sound definition lacks in the persons who are in post."""
    return _all(STAFF_LINTS, staffed)


def _all(checks: Iterable[Callable[[T], Iterator[Problem]]], subject: T) -> list[Problem]:
    return [problem for check in checks for problem in islice(check(subject), _MOST)]
