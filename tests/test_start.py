"""`start.py` on a fresh machine: one wheel made here stands for all packages, nothing is downloaded."""

import ast
import base64
import errno
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

START = Path(__file__).resolve().parent.parent / "start.py"
PYTHON = str(getattr(sys, "_base_executable", sys.executable))  # the machine's own

# Stands for `sop`: tells with what and in which folder it was called, where it and the package stand.
STUB = """\
import os, sys, tiny
def main():
    print(sys.argv, os.getcwd(), __file__, tiny.__file__, sep="\\n")
    return 7
"""


def make_wheel(folder: Path) -> str:
    """Write the wheel `tiny` 1.0 into `folder` and return its SHA-256."""
    info = "tiny-1.0.dist-info"
    files = {
        "tiny.py": "",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(text)}\n"
    path = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in (files | {f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}).items():
            wheel.writestr(zipfile.ZipInfo(name), text)  # without the time of day: the hash stays the same
    return hashlib.sha256(path.read_bytes()).hexdigest()


def lay(folder: Path) -> Path:
    """Lay out a checkout: start.py, a `sop` that only reports, and locks that ask for `tiny`."""
    (folder / "sop_engine/cli").mkdir(parents=True)
    (folder / "sop_engine/cli/main.py").write_text(STUB)
    (folder / "wheels").mkdir()
    shutil.copy(START, folder)
    lock = f"tiny==1.0 \\\n    --hash=sha256:{make_wheel(folder / 'wheels')}\n"
    for name in ("requirements.lock", "requirements-test.lock"):
        (folder / name).write_text(lock)
    return folder


def surroundings(checkout: Path, **more: str) -> dict[str, str]:
    """Return an environment in which pip knows only the wheels of the checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    alone = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(checkout / "wheels"), "PIP_CONFIG_FILE": os.devnull}
    return kept | alone | more


@dataclass
class Answer:
    """What a start answered: its exit code, what `sop` said and what `start.py` said."""

    code: int
    out: str
    err: str


def launch(checkout: Path, *arguments: str, **more: str) -> subprocess.Popen[str]:
    """Start `start.py` and let it run."""
    return subprocess.Popen(
        [PYTHON, str(checkout / "start.py"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=surroundings(checkout, **more),
        cwd=checkout.parent,
    )


def answer_of(process: subprocess.Popen[str]) -> Answer:
    """Wait for a start to end."""
    out, err = process.communicate(timeout=120)
    return Answer(process.returncode, out, err)


def run(checkout: Path, *arguments: str, **more: str) -> Answer:
    """Run `start.py` to its end."""
    return answer_of(launch(checkout, *arguments, **more))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Answer]]:
    """A checkout in which two people ran their first `start.py demo` at the same moment."""
    checkout = lay(tmp_path_factory.mktemp("first") / "checkout")
    both = [launch(checkout, "demo", "--port", "0") for _ in range(2)]
    return checkout, [answer_of(process) for process in both]


@pytest.fixture
def prepared(first: tuple[Path, list[Answer]], tmp_path: Path) -> Path:
    """A checkout that is ready, moved to another place, and now without any source of packages."""
    moved = tmp_path / "moved"
    shutil.copytree(first[0], moved, symlinks=True)
    shutil.rmtree(moved / "wheels")
    return moved


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The `start.py` of a fresh checkout, as a module of this process."""
    checkout = lay(tmp_path / "checkout")
    for name in set(os.environ) - set(surroundings(checkout)):
        monkeypatch.delenv(name)
    for name, value in surroundings(checkout).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "executable", PYTHON)
    spec = importlib.util.spec_from_file_location("start", checkout / "start.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_two_first_starts_at_once_prepare_once_and_both_run(first: tuple[Path, list[Answer]]) -> None:
    checkout, answers = first
    venv = checkout / ".venv"

    assert [answer.code for answer in answers] == [7, 7]
    assert sum("Siap dalam" in answer.err for answer in answers) == 1
    for answer in answers:
        argv, folder, sop, package = answer.out.splitlines()
        assert (argv, folder) == ("['sop', 'demo', '--port', '0']", str(checkout.parent))
        assert sop == str(checkout / "sop_engine/cli/main.py")
        assert package.startswith(str(venv))
    assert "venv.new" not in (venv / "bin/activate").read_text()
    assert {path.name for path in checkout.glob(".venv*")} <= {".venv", ".venv.lock", ".venv.cache"}


def test_a_prepared_checkout_runs_in_another_place_without_packages_and_without_a_word(
    prepared: Path,
) -> None:
    answer = run(prepared, "check")

    _, _, sop, package = answer.out.splitlines()
    assert (answer.code, answer.err) == (7, "")
    assert sop.startswith(str(prepared))
    assert package.startswith(str(prepared))


def test_variables_that_mislead_python_and_pip_are_not_passed_on(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PYTHONPATH": "x", "PIP_TARGET": "x", "PIP_USER": "1", "PIP_RETRIES": "9"}.items():
        monkeypatch.setenv(name, value)

    passed_on = start.surroundings()

    assert not {"PYTHONPATH", "PIP_TARGET"} & passed_on.keys()
    assert (passed_on["PIP_USER"], passed_on["PIP_RETRIES"]) == ("0", "9")


@pytest.fixture
def outdated(prepared: Path, first: tuple[Path, list[Answer]]) -> Path:
    """A checkout whose lock has changed since its environment was made, with packages at hand."""
    with (prepared / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    shutil.copytree(first[0] / "wheels", prepared / "wheels")
    return prepared


def test_a_changed_lock_is_installed_and_what_a_kill_left_behind_goes(outdated: Path) -> None:
    before = (outdated / ".venv/start.stamp").read_text()
    for left in (".venv.new", ".venv.old"):
        (outdated / left / "bin").mkdir(parents=True)
        (outdated / left / "bin/python").symlink_to("gone")

    answer = run(outdated, "demo")

    assert answer.code == 7
    assert (outdated / ".venv/start.stamp").read_text() != before
    assert not list(outdated.glob(".venv.[no]*"))


@pytest.mark.long
def test_a_start_after_kill_minus_nine_waits_for_the_orphaned_work_and_heals(outdated: Path) -> None:
    before = (outdated / ".venv/start.stamp").read_text()

    killed = launch(outdated, "demo")
    while not (outdated / ".venv.new/bin").exists():
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    after = (outdated / ".venv/start.stamp").read_text()
    answer = run(outdated, "demo")

    assert after == before
    assert "Menunggu start.py lain" in answer.err
    assert answer.code == 7


def test_offline_gives_a_sentence_and_keeps_the_old_environment(prepared: Path) -> None:
    lock = prepared / "requirements.lock"
    old = lock.read_text()
    lock.write_text(old + "# changed\n")

    closed = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_NO_INDEX": "0", "PIP_RETRIES": "1"}
    answer = run(prepared, "demo", **closed)
    lock.write_text(old)

    assert answer.code == 1
    assert "tidak tersambung ke internet" in answer.err
    assert "Traceback" not in answer.err
    assert "tiny" in (prepared / ".venv.log").read_text()
    assert run(prepared, "demo").code == 7


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_a_venv_that_is_not_ours_is_left_alone(tmp_path: Path, kind: str) -> None:
    checkout = lay(tmp_path / "checkout")
    theirs = checkout / ".venv"
    {
        "folder": lambda: (theirs / "theirs").mkdir(parents=True),
        "file": lambda: theirs.write_text("theirs"),
        "link": lambda: theirs.symlink_to("theirs"),
    }[kind]()

    answer = run(checkout, "demo")

    assert answer.code == 1
    assert answer.err.startswith(f"Folder {theirs} sudah ada, tetapi bukan buatan start.py")
    assert {path.name for path in checkout.glob(".venv*")} == {".venv", ".venv.lock"}
    assert theirs.is_symlink() or theirs.is_file() or (theirs / "theirs").is_dir()


def test_without_arguments_it_explains_itself_and_prepares_nothing(tmp_path: Path) -> None:
    checkout = lay(tmp_path / "checkout")

    answer = run(checkout)

    assert (answer.code, answer.err) == (0, "")
    assert "python3 start.py demo" in answer.out
    assert not list(checkout.glob(".venv*"))


@pytest.mark.parametrize("version", [(3, 8, 18), (3, 10, 13), (3, 15, 0)])
def test_a_python_that_does_not_fit_gets_a_sentence(version: tuple[int, int, int]) -> None:
    pretend = f"import runpy, sys; sys.version_info = {version}; runpy.run_path({str(START)!r})"

    answer = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True)

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("Mesin SOP memerlukan Python 3.11 sampai 3.14")
    assert len(answer.stderr.splitlines()) == 2


def test_an_old_python_can_read_the_file_far_enough() -> None:
    ast.parse(START.read_text("utf-8"), feature_version=(3, 7))


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_can_not_be_written_gives_a_sentence(tmp_path: Path) -> None:
    checkout = lay(tmp_path / "checkout")
    checkout.chmod(0o555)

    answer = run(checkout, "demo")
    checkout.chmod(0o755)

    assert answer.code == 1
    assert "tidak dapat ditulisi" in answer.err


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (errno.EROFS, "tidak dapat ditulisi"),
        (errno.EACCES, "tidak dapat ditulisi"),
        (errno.ENOSPC, "Ruang disk habis"),
        (errno.EDQUOT, "Ruang disk habis"),
        (errno.EIO, "tidak berhasil dipasang"),
    ],
)
def test_a_trouble_of_the_system_becomes_a_sentence(
    start: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    trouble: int,
    sentence: str,
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(trouble, os.strerror(trouble))

    monkeypatch.setattr(start, "build", refuse)

    assert start.main(["demo"]) == 1
    assert sentence in capsys.readouterr().err


Command = list[Any]


def answering(answer: Callable[[Command], int | None]) -> Callable[..., int]:
    """Return what stands in for `subprocess.call`: where `answer` gives no exit code, it runs the command."""
    real = subprocess.call

    def call(command: Command, **keywords: Any) -> int:
        code = answer(command)
        return real(command, **keywords) if code is None else code

    return call


def test_without_pip_it_says_what_to_install(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(subprocess, "call", answering(lambda _: 1))

    assert start.main(["demo"]) == 1
    assert "tidak dilengkapi pip" in capsys.readouterr().err


@pytest.mark.skipif(
    subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode != 0,
    reason="this Python has no pip outside an environment",
)
def test_where_venv_brings_no_pip_the_one_outside_does_the_work(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        subprocess,
        "call",
        answering(lambda command: 1 if "venv" in command and "--without-pip" not in command else None),
    )

    python = start.environment(".venv", "requirements.lock")
    found = subprocess.run([python, "-c", "import tiny, sop_engine; print(tiny.__file__)"], capture_output=True)

    assert found.stdout.startswith(bytes(start.ROOT / ".venv"))


@pytest.mark.parametrize(
    ("arguments", "codes", "expected"),
    [
        (["tests/x.py"], [0], 0),
        (["tests/x.py"], [1], 1),
        (["--long"], [0, 0], 0),
        (["--long"], [0, 1], 1),
        (["--long", "-k", "found in one pass only"], [5, 0], 0),
        (["--long", "-k", "found nowhere"], [5, 5], 5),
    ],
)
def test_the_long_tests_run_after_the_others_and_alone(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str], codes: list[int], expected: int
) -> None:
    given: list[Command] = []

    def note(command: Command) -> int:
        given.append(command)
        return codes[len(given) - 1]

    monkeypatch.setattr(subprocess, "call", answering(note))

    code = start.run_tests(Path("python"), arguments)

    assert code == expected
    assert len(given) == len(codes)
    assert ["-n" in command for command in given] == [True, False][: len(given)]
    assert not [command for command in given if "--long" in command]
