"""Fifty browsers in eight processes complete one task at the same moment: one does, the others read why not.

That such a test notices a store that reads, checks and then writes is shown in tests/acceptance/test_concurrency.py.
"""

import json
import re
import subprocess
import sys
from collections import Counter

import pytest

from tests.invariants import check
from tests.office import SOP_396, Office
from tests.web.serving import in_a_process

CLIENTS, FORMS = 8, 50
HUMAN = "berubah sejak halaman Saudara dibuka"
_CLIENT = """
import json, re, sys
from concurrent.futures import ThreadPoolExecutor
import httpx2
browsers = [httpx2.Client(base_url=sys.argv[1], cookies={"sop": secret}, headers={"sec-fetch-site": "same-origin"},
                          timeout=120) for secret in sys.argv[2:]]
def form(browser):
    page = browser.get(address).text
    return {name: re.search(f'name="{name}" value="([^"]*)"', page)[1] for name in ("_tanda", "_kunci", "_versi")}
def send(browser, said):
    answer = browser.post(f"{address}/selesai", data=said | {"hasil": "Ada."})
    alert = re.search(r'role="alert">(.*?)</div>', answer.text, re.S)
    return [answer.status_code, alert[1] if alert else answer.headers.get("location", answer.text[:300])]
with ThreadPoolExecutor(len(browsers)) as crowd:
    for address in map(str.strip, sys.stdin):
        forms = list(map(form, browsers))
        print("ready", flush=True)
        sys.stdin.readline()
        print(json.dumps(list(crowd.map(send, browsers, forms))), flush=True)
"""


class Crowd:
    """Client processes, each with several browsers where the Sekretaris is signed in, each in a session of its own."""

    def __init__(self, office: Office, address: str) -> None:
        secrets = [office.engine.sessions.open(office.person["sekretaris"], "sandi+totp") for _ in range(FORMS)]
        told = [[sys.executable, "-c", _CLIENT, address, *secrets[number::CLIENTS]] for number in range(CLIENTS)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._clients = [subprocess.Popen(command, text=True, **pipes) for command in told]  # type: ignore[call-overload]

    def complete(self, task: int) -> list[tuple[int, str]]:
        """Let all open a task, then send their forms at one moment; gives the answers."""
        assert self._say(f"/tugas/{task}") == ["ready\n"] * CLIENTS
        return [(status, said) for line in self._say("go") for status, said in json.loads(line)]

    def _say(self, line: str) -> list[str]:
        for client in self._clients:
            client.stdin.write(f"{line}\n")
            client.stdin.flush()
        return [client.stdout.readline() for client in self._clients]

    def leave(self) -> None:
        """End the processes."""
        for client in self._clients:
            client.communicate(timeout=60)


def written(office: Office, task: int) -> tuple[Counter, Counter]:
    """The audit rows and mails of a task's case, as kinds."""
    [(case,)] = office.store.query("SELECT case_id FROM tasks WHERE id = ?", (task,))
    told = Counter(event["kind"] for event in office.engine.reading.events(case))
    return told, Counter(office.store.query("SELECT kind, to_address, stage FROM messages WHERE case_id = ?", (case,)))


def fifty_complete(office: Office, rounds: int) -> None:
    edition = office.in_force(re.sub("aturan: tidak_berlaku_saat_berakhir", "", SOP_396.read_text("utf-8")))
    for _ in range(1 + rounds):
        office.start(edition)
    quiet, *contested = [task for task, *_ in office.open_tasks("disposisi")]
    office.done("disposisi", result="Ada.")
    expected = written(office, quiet)
    with in_a_process(office) as address:
        crowd = Crowd(office, address)
        for task in contested:
            answers = crowd.complete(task)
            assert Counter(status for status, _ in answers) == {303: 1, 409: FORMS - 1}, answers
            assert all(HUMAN in said for status, said in answers if status == 409), answers
            assert written(office, task) == expected
        crowd.leave()
    check(office)


def test_of_fifty_forms_sent_at_once_one_counts(office: Office) -> None:
    fifty_complete(office, 3)


@pytest.mark.long
def test_of_fifty_forms_sent_at_once_one_counts_each_of_twenty_times(office: Office) -> None:
    fifty_complete(office, 20)
