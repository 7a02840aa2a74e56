#!/usr/bin/env python3
"""Start the SOP engine on a machine that has nothing but Python and pip.

`python3 start.py ARGS…` runs `sop ARGS…` from this checkout, `python3 start.py test [--long] [ARGS…]`
runs pytest. What they need is installed once, from a hash-pinned lock, into `.venv` and `.venv-test`
beside this file. An environment is built aside, stamped and renamed, so it is whole or not there; one
without our stamp is somebody else's and is never touched.

This file must parse on every Python 3, so that an old one gets a sentence and no SyntaxError.
"""

import shutil
import sys

if not (3, 11) <= sys.version_info < (3, 15):
    there = next(filter(shutil.which, ("python3.14", "python3.13", "python3.12", "python3.11")), "")
    print(
        f"Mesin SOP memerlukan Python 3.11 sampai 3.14; yang ini Python {sys.version.split()[0]}.",
        f"Jalankan dengan yang sudah ada di komputer ini: {there} start.py"
        if there
        else "Pasang salah satunya (misalnya paket python3.13 dan python3.13-venv), lalu jalankan lagi.",
        sep="\n",
        file=sys.stderr,
    )
    sys.exit(1)

import contextlib
import hashlib
import os
import re
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).resolve().parent
STAMP = "start.stamp"
WINDOWS = sys.platform == "win32"

HELP = """\
Mesin SOP: satu berkas YAML berisi SOP, dan SOP itu berjalan sendiri.

  python3 start.py demo            contoh lengkap di komputer ini: SOP 396, surel, halaman web
  python3 start.py --help          semua perintah; misalnya: python3 start.py check BERKAS
  python3 start.py test            jalankan semua uji (test --long: juga uji yang lama)
"""

RUN_SOP = "import sys; sys.argv[0] = 'sop'; from sop_engine.cli.main import main; sys.exit(main())"

FOREIGN = """\
Folder {folder} sudah ada, tetapi bukan buatan start.py, jadi tidak kami sentuh.
Ganti namanya atau pindahkan, lalu jalankan lagi."""

NO_PIP = """\
Python ini ({python}) tidak dilengkapi pip, jadi paket yang diperlukan tidak dapat dipasang.
Pasang dahulu pip dan venv (di Debian dan Ubuntu: paket python3-venv), lalu jalankan lagi."""

OTHER = "Paket yang diperlukan tidak berhasil dipasang; sebabnya ada pada baris terakhir di bawah ini."

# What the system or pip says when preparing fails, and what the person at the keyboard can do about it.
TROUBLES = {
    "No space left|not enough space|quota exceeded": """\
Ruang disk habis. Sediakan sekitar 500 MB untuk {root}
dan untuk folder sementara, lalu jalankan lagi.""",
    "Read-only file system|Permission denied|Access is denied": """\
Folder {root} tidak dapat ditulisi. Salin ke tempat yang dapat Anda tulisi,
misalnya folder pribadi Anda, atau mintakan izin menulis, lalu jalankan lagi dari sana.""",
    "DO NOT MATCH THE HASHES": """\
Paket yang diterima tidak sama dengan yang dikunci untuk versi ini, jadi tidak dipasang.
Jalankan lagi; bila terulang, laporkan kepada pengelola jaringan: ada yang mengubah unduhan.""",
    "onnection broken by|Max retries exceeded|ead timed out|ConnectionError|IncompleteRead": """\
Paket yang diperlukan tidak dapat diunduh: komputer ini tidak tersambung ke internet, atau aksesnya
dibatasi. Periksa sambungan dan proksi (HTTPS_PROXY, PIP_INDEX_URL), lalu jalankan lagi.
Setelah sekali berhasil, mesin berjalan tanpa internet.""",
    "No matching distribution found": """\
Salah satu paket tidak tersedia untuk Python atau sistem operasi ini. Coba Python 3.11 sampai 3.14
yang lain, di Linux, macOS, atau Windows 64 bit.""",
}


class Unprepared(Exception):
    """The environment can't be had; its text tells the person why and what to do."""


def main(arguments: list[str]) -> int:
    """Do what the command line asks and return the exit code."""
    if not arguments:
        print(HELP, end="")
        return 0
    try:
        if arguments[0] == "test":
            return run_tests(environment(".venv-test", "requirements-test.lock"), arguments[1:])
        return run_sop(environment(".venv", "requirements.lock"), arguments)
    except Unprepared as reason:
        say(str(reason))
        return 1
    except KeyboardInterrupt:
        say("Dihentikan.")
        return 130


def run_sop(python: Path, arguments: list[str]) -> int:
    """Become `sop`, in the caller's folder, so that the files it names are found."""
    command = [str(python), "-P", "-c", RUN_SOP, *arguments]
    if WINDOWS:
        return subprocess.call(command, env=surroundings())
    os.execve(python, command, surroundings())


def run_tests(python: Path, arguments: list[str]) -> int:
    """Run the tests side by side; with `--long` then the long ones, one by one so that they can measure."""
    passes = [["-n", "2"]]
    if "--long" in arguments:
        arguments = [argument for argument in arguments if argument != "--long"]
        passes.append(["-m", "long"])
    command = [str(python), "-m", "pytest", "-p", "tests.sizes"]
    codes = [subprocess.call([*command, *one, *arguments], cwd=ROOT, env=surroundings()) for one in passes]
    nothing_run = 5  # a name given on the command line may be found in one of the passes only
    return next((code for code in codes if code not in (0, nothing_run)), min(codes))


def environment(name: str, lock: str) -> Path:
    """Return the Python of environment `name`, after installing what `lock` pins if that is not done yet."""
    folder = ROOT / name
    digest = hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
    stamp = f"{lock} {digest}\nPython {sys.version_info[0]}.{sys.version_info[1]} {sys.platform}\n"
    try:
        if not is_ready(folder, stamp):
            with alone(folder) as held:
                if not is_ready(folder, stamp):  # another start may have finished while we waited
                    build(folder, ROOT / lock, stamp, held)
    except OSError as error:
        raise Unprepared(remedy(str(error), OTHER) + f"\n\n{error}") from error
    return python_of(folder)


def is_ready(folder: Path, stamp: str) -> bool:
    """Tell whether `folder` is ours, whole and up to date."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        return python_of(folder).exists() and (folder / STAMP).read_text("utf-8") == stamp
    return False


def build(folder: Path, lock: Path, stamp: str, held: BinaryIO) -> None:
    """Put a complete environment in place of `folder`, or leave everything as it was; only under the lock."""
    if os.path.lexists(folder) and not (folder / STAMP).is_file():
        raise Unprepared(FOREIGN.format(folder=folder))
    say(f"Menyiapkan {folder.name} (sekali saja, biasanya kurang dari satu menit) … [installing, once]")
    began = time.monotonic()
    aside, old, log = (folder.with_name(folder.name + end) for end in (".new", ".old", ".log"))
    remove(aside, old)  # what a killed start left behind
    with log.open("wb") as output:
        failed = install(aside, lock, output, held)
    if failed:
        # On a full disk not even the log can say so.
        full = "No space left on device\n" if shutil.disk_usage(ROOT).free < 1_000_000 else ""
        remove(aside)
        said = full + log.read_text("utf-8", "replace")
        tail = "\n".join(said.splitlines()[-5:])
        raise Unprepared(f"{remedy(said, failed)}\n\n{tail}\n\nSelengkapnya: {log}")

    site = site_packages(aside)  # the path is relative, so that the checkout may be moved
    (site / "checkout.pth").write_text(os.path.relpath(ROOT, site) + "\n", "utf-8")
    name_the_place(aside, folder)
    (aside / STAMP).write_text(stamp, "utf-8")
    if folder.exists():
        folder.rename(old)
    aside.rename(folder)
    remove(old, log)
    say(f"Siap dalam {time.monotonic() - began:.0f} detik. [ready]")


def install(aside: Path, lock: Path, output: BinaryIO, held: BinaryIO) -> str:
    """Create the environment and install the lock; return "" or what failed."""

    def done(*command: str | Path) -> bool:
        # The child keeps the lock too: killing only us must not let another start in beside our pip.
        inherited = () if WINDOWS else (held.fileno(),)
        code = subprocess.call(
            command, stdout=output, stderr=subprocess.STDOUT, cwd=ROOT, env=surroundings(), pass_fds=inherited
        )
        return code == 0

    python = (sys.executable, "-P", "-m")
    pip: tuple[str | Path, ...] = (python_of(aside), "-P", "-m", "pip", "install")
    if not done(*python, "venv", aside):
        # Debian splits off what gives a new environment its pip; the pip outside it can fill it as well.
        remove(aside)
        pip = (*python, "pip", "install", "--target", site_packages(aside))
        if not done(*python, "pip", "--version") or not done(*python, "venv", "--without-pip", aside):
            return NO_PIP
    return "" if done(*pip, "--require-hashes", "--only-binary", ":all:", "-r", lock) else OTHER


def remedy(said: str, otherwise: str) -> str:
    """Turn what the system or pip said into a sentence that helps."""
    sentence = next((helps for signs, helps in TROUBLES.items() if re.search(signs, said)), otherwise)
    return sentence.format(root=ROOT, python=sys.executable)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[BinaryIO]:
    """Hold the only right to build `folder`, after waiting for who holds it; it ends with the process."""
    with folder.with_name(folder.name + ".lock").open("ab") as held:
        if not lock_now(held):
            say("Menunggu start.py lain yang sedang menyiapkan folder ini … [waiting]")
            while not lock_now(held):
                time.sleep(0.2)
        yield held


def lock_now(held: BinaryIO) -> bool:
    """Try to lock an open file; tell whether we have it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(held.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def surroundings() -> dict[str, str]:
    """Return the environment variables for our children, without those that would lead them astray."""
    astray = {"PYTHONHOME", "PYTHONPATH", "PIP_PREFIX", "PIP_ROOT", "PIP_TARGET"}
    kept = {name: value for name, value in os.environ.items() if name not in astray}
    beside = {"PIP_CACHE_DIR": str(ROOT / ".venv.cache"), "PIP_RETRIES": "3"}  # nothing outside the checkout
    ours = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_NO_INPUT": "1", "PIP_PROGRESS_BAR": "off"}
    return beside | kept | ours | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUTF8": "1"}


def site_packages(folder: Path) -> Path:
    """Return where an environment keeps its packages."""
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)}))


def python_of(folder: Path) -> Path:
    """Return an environment's interpreter."""
    return folder / ("Scripts/python.exe" if WINDOWS else "bin/python")


def name_the_place(aside: Path, folder: Path) -> None:
    """Let `activate` and the other scripts name the folder they will stand in."""
    for script in python_of(aside).parent.iterdir():
        if not script.is_symlink() and script.suffix != ".exe":
            script.write_bytes(script.read_bytes().replace(aside.name.encode(), folder.name.encode()))


def remove(*paths: Path) -> None:
    """Remove files and folders of ours, where they exist."""
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def say(sentence: str) -> None:
    """Speak to the person; standard output belongs to `sop` and its `--json`."""
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
