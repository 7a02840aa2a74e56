"""What a verb is: its words, its options, how it is run and how its help reads."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from sop_engine.cli.call import Answer, Call, print_json

_JSON = Annotated[bool, typer.Option("--json", help="Cetak jawaban sebagai satu objek JSON.")]
_AS = Annotated[
    str | None,
    typer.Option(
        "--sebagai",
        envvar="SOP_SEBAGAI",
        metavar="ORANG",
        help="Siapa yang bertindak: nomor, alamat surel atau nama lengkap (atau SOP_SEBAGAI).",
    ),
]


@dataclass(frozen=True)
class Verb:
    """A verb of the command line. Its function takes a Call (and `who`, where it acts) and answers a dict."""

    name: str
    help: str
    example: str
    function: Callable[..., Answer]


def verb(name: str, help: str, example: str) -> Callable[[Callable[..., Answer]], Verb]:
    """Make a function a verb: its name, its help in one or two sentences, one example."""
    return lambda function: Verb(name, help, example, function)


def _runner(verb: Verb) -> Callable[..., int]:
    """Wrap a verb so that Typer sees its own options and the two every verb has."""
    own = inspect.signature(verb.function, eval_str=True).parameters
    acts = "who" in own

    def run(ctx: typer.Context, **given: Any) -> int:
        if ctx.invoked_subcommand:  # `sop people add`: the group itself has nothing to do
            return 0
        outer = ctx.parent.params if ctx.parent else {}
        as_json = given.pop("json") or bool(outer.get("json"))
        call = Call(as_json, given.pop("sebagai", None) or outer.get("sebagai"))
        try:
            answer = {"ok": True} | verb.function(call, **({"who": call.who()} if acts else {}), **given)
        finally:
            call.close()
        if as_json and not call.announced:
            print_json(answer)
        return 0 if answer["ok"] else 1

    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("ctx", keyword, annotation=typer.Context)]
    parameters += [own[name].replace(kind=keyword) for name in own if name not in ("call", "who")]
    if acts:
        parameters.append(inspect.Parameter("sebagai", keyword, default=None, annotation=_AS))
    parameters.append(inspect.Parameter("json", keyword, default=False, annotation=_JSON))
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def add(app: typer.Typer, panel: str, verbs: Sequence[Verb]) -> None:
    """Put verbs into an app under a heading."""
    for each in verbs:
        app.command(each.name, cls=Command, help=each.help, epilog=each.example, rich_help_panel=panel)(_runner(each))


def add_group(app: typer.Typer, panel: str, itself: Verb, verbs: Sequence[Verb]) -> None:
    """Put a verb into an app that also has verbs beneath it; alone it is what it is."""
    group = typer.Typer(cls=Group, invoke_without_command=True)
    group.callback(help=itself.help, epilog=itself.example)(_runner(itself))
    add(group, "Perintah", verbs)
    app.add_typer(group, name=itself.name, rich_help_panel=panel)


# -- words of the options --------------------------------------------------------------------------


def whole(text: str) -> int:
    """Read a whole number."""
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise typer.BadParameter(f"«{text}» bukan bilangan bulat; tulis angka saja, misalnya 12")
    return int(text)


def day(text: str) -> date:
    """Read a date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"«{text}» bukan tanggal; tulis seperti 2027-01-29") from None


def named(text: str, example: str) -> tuple[str, str]:
    """Read `NAME=VALUE`."""
    name, equals, value = text.partition("=")
    if not (name.strip() and equals and value.strip()):
        raise typer.BadParameter(f"«{text}» tidak dapat dibaca; tulis seperti {example}")
    return name.strip(), value.strip()


# -- help and usage in Indonesian ------------------------------------------------------------------


class Command(TyperCommand):
    """A verb whose help is Indonesian."""

    def format_help(self, ctx: typer.Context, formatter: Any) -> None:
        """Write the verb's help."""
        _write_help(self, ctx, formatter)


class Group(TyperGroup):
    """A verb with others beneath it."""

    def format_help(self, ctx: typer.Context, formatter: Any) -> None:
        """Write the group's help, its verbs under their headings."""
        _write_help(self, ctx, formatter)


def _write_help(command: Any, ctx: typer.Context, formatter: Any) -> None:
    parameters = [parameter for parameter in command.get_params(ctx) if parameter.name != "help"]
    arguments = [p for p in parameters if p.param_type_name == "argument"]
    options = [p for p in parameters if p.param_type_name == "option"]
    usage = [p.metavar if p.required else f"[{p.metavar}]" for p in arguments] + ["[PILIHAN]"] * bool(options)
    verbs = getattr(command, "commands", {})
    formatter.write_usage(ctx.command_path, " ".join(usage + ["[PERINTAH]"] * bool(verbs)), "Pemakaian: ")
    formatter.write_paragraph()
    formatter.write_text(command.help or "")
    if command.epilog:
        formatter.write_paragraph()
        formatter.write(f"Contoh:\n  {command.epilog}\n")
    records = [(p.metavar, p.help or "") for p in arguments]
    _write_section(formatter, "Argumen", records)
    records = [(" ".join(filter(None, [p.opts[0], p.metavar])), (p.help or "") + " [wajib]" * p.required) for p in options]
    _write_section(formatter, "Pilihan", [*records, ("--help", "Tampilkan petunjuk ini.")])
    for panel in dict.fromkeys(each.rich_help_panel for each in verbs.values()):
        listed = [(name, each.help.partition("\n")[0]) for name, each in verbs.items() if each.rich_help_panel == panel]
        _write_section(formatter, panel, listed)


def _write_section(formatter: Any, title: str, records: list[tuple[str, str]]) -> None:
    if records:
        with formatter.section(title):
            formatter.write_dl(records)


def usage_sentence(error: typer.TyperException) -> str:
    """Say in Indonesian what is wrong with a call; Typer's own words are English."""
    hint = parameter.get_error_hint() if (parameter := getattr(error, "param", None)) else ""
    kind, option = type(error).__name__, getattr(error, "option_name", "")
    if kind == "MissingParameter":
        return f"{hint} wajib ditulis."
    if kind == "NoSuchOption":
        near = ", ".join(getattr(error, "possibilities", None) or [])
        return f"Tidak ada pilihan {option}." + (f" Mungkin yang dimaksud: {near}." if near else "")
    if kind == "BadOptionUsage":
        return f"Pilihan {option} ditulis keliru: periksa nilainya."
    if hint:
        return f"{hint}: {error.message}."
    for english, indonesian in (
        ("No such command", "Tidak ada perintah"),
        ("Did you mean", "Mungkin yang dimaksud"),
        ("Got unexpected extra argument(s)", "Terlalu banyak argumen:"),
    ):
        error.message = error.message.replace(english, indonesian)
    return error.message

