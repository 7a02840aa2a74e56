"""The mails as people read them: `samples/*.txt`, one per kind and the variants worth seeing.

After a change of wording, run `python -m tests.notifications.test_samples` and read what changed.
"""

from pathlib import Path

import pytest

from notifications.render import KEYS, render
from tests.notifications.letters import BASE_ADDRESS, HEAD, sample_messages

FOLDER = Path(__file__).parent / "samples"


def as_read(name: str) -> str:
    message = sample_messages()[name]
    made = render(message.kind, message.context, message.subject, base_address=BASE_ADDRESS, head=HEAD)
    return f"Kepada : {message.to_name} <{message.to_address}>\nSubjek : {made.subject}\n\n{made.text}"


@pytest.mark.parametrize("name", sorted(sample_messages()))
def test_a_mail_reads_as_its_sample(name: str) -> None:
    assert as_read(name) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_there_is_a_sample_for_each_kind_and_no_other() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(sample_messages())
    assert set(KEYS) <= set(sample_messages())


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in sample_messages():
        (FOLDER / f"{each}.txt").write_text(as_read(each), encoding="utf-8")
