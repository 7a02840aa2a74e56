"""One thing after another for the ticker: what fails with one case leaves the others alone."""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
MOST = 20  # failures: so many have one cause, and it is not a case


def each(calls: Iterable[Callable[[], T]]) -> list[T]:
    """Make one call after another and give their answers; an ExceptionGroup at the end, or after many failures."""
    answers, errors = list[T](), list[Exception]()
    for call in calls:
        try:
            answers.append(call())
        except Exception as error:
            errors.append(error)
        if len(errors) == MOST:
            break
    if errors:
        raise ExceptionGroup("some failed, the others are done", errors)
    return answers
