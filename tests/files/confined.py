"""Checks every SOP of a folder, each in a process of its own that is given so many seconds and more megabytes.

    python -m tests.files.confined FOLDER SECONDS MEGABYTES

Prints one JSON object per file: `problems` as [code, line] and what the check took, or how the process ended.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from sop_engine.files.calendars import national_calendar
from sop_engine.files.check import check_file


def confine(seconds: int, megabytes: int) -> None:
    """Let this process use so much processor time, and so much memory beyond what it has already."""
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    most = size + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def checked(file: Path, seconds: int, megabytes: int) -> dict[str, Any]:
    """Check one file in a child process."""
    ours, its = os.pipe()
    child = os.fork()
    if not child:
        confine(seconds, megabytes)
        problems = [
            (problem.code, problem.line) for problem in check_file(file).problems if problem.severity == "error"
        ]
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        os.write(its, json.dumps({"problems": problems, "seconds": time.process_time(), "megabytes": used}).encode())
        os._exit(0)
    os.close(its)
    with open(ours, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    answer: dict[str, Any] = json.loads(told) if told else {"ended": os.waitstatus_to_exitcode(status)}
    return answer


if __name__ == "__main__":
    folder, *limits = sys.argv[1:]
    national_calendar(2025, 2030, ())  # what is read once is read here
    for path in sorted(Path(folder).glob("*.yaml")):
        sys.stdout.write(json.dumps({"file": path.name, **checked(path, *map(int, limits))}) + "\n")
        sys.stdout.flush()
