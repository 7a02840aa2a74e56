"""The command line: every verb in its place, and every error as a sentence."""

import sys
import tempfile
import traceback
from collections.abc import Sequence

import typer

from sop_engine.cli import case, demo, documents, edition, operations, people, record, serving, setting_up
from sop_engine.cli.call import Answer, console, print_json
from sop_engine.cli.verbs import Group, add, add_group, usage_sentence
from sop_engine.errors import DefinitionInvalid, KeyReused, Refusal, SopError, StoreUnfit

_HELP = "Menjalankan SOP dari satu berkas YAML: tugas, tenggat, pengesahan, surel, dan catatan yang tidak dapat diubah."
_CODES = ((DefinitionInvalid, "naskah_bermasalah"), (KeyReused, "kunci_terpakai"), (StoreUnfit, "basis_data_tidak_layak"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one call; 0 it is done, 1 refused or at fault, 2 misused."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    try:
        return int(typer.main.get_command(_app()).main(given, prog_name="sop", standalone_mode=False) or 0)
    except typer.TyperException as error:
        return _misused(error, as_json)
    except SopError as error:
        return _tell(_refused(error), str(error), as_json)
    except typer.Abort:
        return _tell(_fault("dibatalkan", "Dibatalkan; tidak ada yang diubah."), "Dibatalkan; tidak ada yang diubah.", as_json)
    except OSError as error:
        if error.filename is None:
            return _unexpected(as_json)
        sentence = f"Tidak dapat membaca atau menulis {error.filename}: {error.strerror}."
        return _tell(_fault("berkas", sentence), sentence, as_json)
    except Exception:
        return _unexpected(as_json)


def _app() -> typer.Typer:
    app = typer.Typer(cls=Group, help=_HELP, no_args_is_help=True, add_completion=False)
    add(app, "Mencoba", [demo.demo, operations.simulate])
    add(app, "Naskah SOP", [documents.check, documents.load, edition.sign, edition.editions])
    add(
        app,
        "Pelaksanaan",
        [
            *(case.start, case.cases, case.show, case.tasks, case.claim, case.release, case.complete),
            *(case.decide, case.approve, case.send_back, case.cancel),
        ],
    )
    add_group(app, "Orang", people.people, [people.add])
    add_group(app, "Orang", people.holders, [people.appoint, people.end])
    add_group(app, "Catatan dan kalender", record.audit, [record.verify])
    add_group(app, "Catatan dan kalender", record.calendar, [record.due])
    add(app, "Pengoperasian", [setting_up.init, setting_up.migrate, serving.serve, serving.worker, operations.doctor])
    return app


def _misused(error: typer.TyperException, as_json: bool) -> int:
    if type(error).__name__ == "NoArgsIsHelpError" and not as_json:
        typer.echo(error.format_message())
        return error.exit_code
    sentence = usage_sentence(error) or "Perintah belum disebutkan."
    context = getattr(error, "ctx", None)
    hint = f"Petunjuk: `{context.command_path if context else 'sop'} --help`."
    _tell({**_fault("pemakaian", sentence), "instead": hint}, f"{sentence} {hint}", as_json)
    return error.exit_code


def _refused(error: SopError) -> Answer:
    if isinstance(error, Refusal):
        return {
            **_fault(error.code, error.message),
            "clause": error.clause,
            "clause_text": error.clause_text,
            "instead": error.instead,
        }
    return _fault(next((code for kind, code in _CODES if isinstance(error, kind)), "ditolak"), str(error))


def _fault(code: str, message: str) -> Answer:
    return {"ok": False, "code": code, "message": message, "clause": None, "instead": ""}


def _unexpected(as_json: bool) -> int:
    with tempfile.NamedTemporaryFile("w", prefix="sop-galat-", suffix=".log", delete=False, encoding="utf-8") as log:
        traceback.print_exc(file=log)
    sentence = f"Terjadi galat yang tidak terduga. Rinciannya ada di {log.name}; sertakan berkas itu saat melapor."
    return _tell({**_fault("galat", sentence), "log": log.name}, sentence, as_json)


def _tell(answer: Answer, sentence: str, as_json: bool) -> int:
    if as_json:
        print_json(answer)
    else:
        console(stderr=True).print(sentence, style="red", soft_wrap=True)
    return 1
