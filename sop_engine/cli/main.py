"""The command line: every verb in its place, and every error as a sentence."""

import sys
import tempfile
import traceback
from collections.abc import Sequence

import typer

from sop_engine.cli import (
    case,
    case_view,
    comparing,
    documents,
    edition,
    handing,
    operations,
    people,
    proof,
    record,
    revising,
    serving,
    setting_up,
)
from sop_engine.cli.call import Answer, clean, console, print_json
from sop_engine.cli.verbs import Group, add, add_group, usage_sentence
from sop_engine.errors import DefinitionInvalid, KeyReused, Refusal, SopError, StoreUnfit

_HELP = "Menjalankan SOP dari satu berkas YAML: tugas, tenggat, pengesahan, surel, dan catatan yang tak terhapus."
_CODES = {DefinitionInvalid: "naskah_bermasalah", KeyReused: "kunci_terpakai", StoreUnfit: "basis_data_tidak_layak"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one call; 0 it is done, 1 refused or at fault, 2 misused."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    try:
        return int(typer.main.get_command(_app()).main(given, prog_name="sop", standalone_mode=False) or 0)
    except typer.TyperException as error:
        return _misused(error, as_json)
    except SopError as error:
        return _refused(error, as_json)
    except typer.Abort:
        return _tell("dibatalkan", "Dibatalkan; tidak ada yang diubah.", as_json)
    except OSError as error:
        if error.filename is None:
            return _unexpected(as_json)
        return _tell("berkas", f"Tidak dapat membaca atau menulis {error.filename}: {error.strerror}.", as_json)
    except Exception:
        return _unexpected(as_json)


def _app() -> typer.Typer:
    app = typer.Typer(cls=Group, help=_HELP, no_args_is_help=True, add_completion=False)
    add(app, "Mencoba", [serving.demo, operations.simulate])
    add(app, "Naskah SOP", [documents.check, comparing.diff, documents.load, edition.sign, edition.editions])
    add(app, "Naskah SOP", [edition.receive, edition.reissue, edition.void])
    add(app, "Naskah SOP", [revising.revise, revising.ralat, revising.adopt])
    add(app, "Pelaksanaan", [case.start, case_view.cases, case_view.show, case_view.tasks, case.claim, case.release])
    add(app, "Pelaksanaan", [case.complete, case.decide, case.approve, case.send_back, case.cancel])
    add(app, "Pelaksanaan", [handing.delegate, handing.reassign, handing.take_back])
    add_group(app, "Orang", people.people, [people.add, proof.reset, proof.password, proof.totp])
    add_group(app, "Orang", people.holders, [people.appoint, people.end, people.confirm, people.withdraw])
    add_group(app, "Orang", people.absence, [people.be_absent, people.come_back])
    add_group(app, "Catatan dan kalender", record.audit, [record.verify, record.checkpoint, record.export])
    add_group(app, "Catatan dan kalender", record.calendar, [record.due])
    add(app, "Pengoperasian", [setting_up.init, setting_up.migrate, serving.serve, serving.worker, operations.doctor])
    return app


def _misused(error: typer.TyperException, as_json: bool) -> int:
    if type(error).__name__ == "NoArgsIsHelpError" and not as_json:
        typer.echo(error.message)
        return error.exit_code
    context = getattr(error, "ctx", None)
    sentence = usage_sentence(error) if type(error).__name__ != "NoArgsIsHelpError" else "Perintah belum disebutkan."
    _tell("pemakaian", sentence, as_json, instead=f"Petunjuk: `{context.command_path if context else 'sop'} --help`.")
    return error.exit_code


def _refused(error: SopError, as_json: bool) -> int:
    if isinstance(error, DefinitionInvalid):
        if not as_json:
            documents.print_problems(error.problems, stderr=True)
        problems = [documents.problem_answer(problem) for problem in error.problems]
        return _tell(_CODES[DefinitionInvalid], "Berkas ini belum dapat dipakai.", as_json, problems=problems)
    if isinstance(error, Refusal) and as_json:
        clause = {"clause": error.clause, "clause_text": error.clause_text}
        return _tell(error.code, error.message, as_json, instead=error.instead, **clause)
    return _tell(_CODES.get(type(error), "ditolak"), str(error), as_json)


def _unexpected(as_json: bool) -> int:
    with tempfile.NamedTemporaryFile("w", prefix="sop-galat-", suffix=".log", delete=False, encoding="utf-8") as log:
        traceback.print_exc(file=log)
    sentence = f"Terjadi galat yang tidak terduga. Rinciannya ada di {log.name}; sertakan berkas itu saat melapor."
    return _tell("galat", sentence, as_json, log=log.name)


def _tell(code: str, sentence: str, as_json: bool, instead: str = "", **more: Answer | object) -> int:
    if as_json:
        print_json({"ok": False, "code": code, "message": sentence, "clause": None, "instead": instead, **more})
    else:
        console(stderr=True).print(clean(f"{sentence} {instead}".strip()), style="red", soft_wrap=True)
    return 1
