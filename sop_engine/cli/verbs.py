"""What a verb is: its words, its options, how it is run and how its help reads."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from sop_engine.cli.call import Answer, Call, print_json

Read = Callable[[str], Any]


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


def argument(metavar: str, help: str, read: Read | None = None) -> Any:
    """Describe an argument."""
    return typer.Argument(metavar=metavar, help=help, parser=read)


def option(name: str, metavar: str, help: str, read: Read | None = None) -> Any:
    """Describe an option."""
    return typer.Option(name, metavar=metavar, help=help, parser=read)


_AS = typer.Option(
    "--sebagai",
    envvar="SOP_SEBAGAI",
    metavar="ORANG",
    help="Siapa yang bertindak: nomor, alamat surel atau nama lengkap (atau SOP_SEBAGAI).",
)
_JSON = option("--json", "", "Cetak jawaban sebagai satu objek JSON.")


def _runner(verb: Verb) -> Callable[..., int]:
    """Wrap a verb so that Typer sees its own options and the two every verb has."""
    own = inspect.signature(verb.function, eval_str=True).parameters
    acts = "who" in own

    def run(ctx: typer.Context, **given: Any) -> int:
        if ctx.invoked_subcommand:  # `sop people add`: the group itself has nothing to do
            return 0
        outer = ctx.parent.params if ctx.parent else {}
        call = Call(given.pop("json") or bool(outer.get("json")), given.pop("sebagai", None))
        try:
            who = {"who": call.who()} if acts else {}
            answer = {"ok": True} | verb.function(call, **who, **given)
        finally:
            call.close()
        if call.as_json and not call.announced:
            print_json(answer)
        return 0 if answer["ok"] else 1

    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("ctx", keyword, annotation=typer.Context)]
    parameters += [own[name].replace(kind=keyword) for name in own if name not in ("call", "who")]
    if acts:
        parameters.append(inspect.Parameter("sebagai", keyword, default=None, annotation=Annotated[str | None, _AS]))
    parameters.append(inspect.Parameter("json", keyword, default=False, annotation=Annotated[bool, _JSON]))
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


# -- how options are read --------------------------------------------------------------------------


def reader(parse: Read, hint: str = "") -> Read:
    """Make a parser that raises ValueError one for options; without a hint its own sentence is told."""

    def read(text: str) -> Any:
        try:
            return parse(text)
        except ValueError as error:
            raise typer.BadParameter(f"«{text}» {hint}" if hint else str(error)) from None

    return read


def _digits(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise ValueError
    return int(text)


whole = reader(_digits, "bukan bilangan bulat; tulis angka saja, misalnya 12")
day = reader(date.fromisoformat, "bukan tanggal; tulis seperti 2027-01-29")


moment = reader(
    lambda text: datetime.fromisoformat(text.replace(".", ":")),
    "bukan waktu; tulis seperti 2027-01-04 atau 2027-01-04T09.30",
)


def pairs(texts: list[str] | None, example: str, read: Read = str.strip) -> dict[str, Any]:
    """Read `NAME=VALUE`, as often as it was written."""
    split = [(text, *text.partition("=")) for text in texts or []]
    for text, name, equals, value in split:
        if not (name.strip() and equals and value.strip()):
            raise typer.BadParameter(f"«{text}» tidak dapat dibaca; tulis seperti {example}")
    return {name.strip(): read(value.strip()) for _, name, _, value in split}


# -- help and usage in Indonesian ------------------------------------------------------------------


class _Indonesian:
    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write usage, help, example, arguments, options and verbs."""
        _write_help(self, ctx, formatter)


class Command(_Indonesian, TyperCommand):
    """A verb whose help is Indonesian."""


class Group(_Indonesian, TyperGroup):
    """A verb with others beneath it, whose help is Indonesian."""


def _write_help(command: Any, ctx: Any, formatter: Any) -> None:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option"]
    verbs: dict[str, Any] = getattr(command, "commands", {})
    usage = [each.metavar if each.required else f"[{each.metavar}]" for each in arguments]
    usage += ["[PILIHAN]"] * bool(options) + ["[PERINTAH]"] * bool(verbs)
    formatter.write_usage(ctx.command_path, " ".join(usage), "Pemakaian: ")
    formatter.write(f"\n{command.help}\n")
    if command.epilog:
        formatter.write(f"\nContoh:\n  {command.epilog}\n")
    named = [
        (" ".join(filter(None, [each.opts[0], each.metavar])), each.help + " [wajib]" * each.required)
        for each in options
    ]
    sections = {"Argumen": [(each.metavar, each.help) for each in arguments], "Pilihan": named}
    for name, each in verbs.items():
        sections.setdefault(each.rich_help_panel, []).append((name, each.help))
    sections["Pilihan"].append(("--help", "Tampilkan petunjuk ini."))
    for title, records in sections.items():
        if records:
            with formatter.section(title):
                formatter.write_dl(records)


def usage_sentence(error: typer.TyperException) -> str:
    """Say in Indonesian what is wrong with a call; Typer's own words are English."""
    parameter, kind = getattr(error, "param", None), type(error).__name__
    hint = parameter.get_error_hint().partition(" (")[0] if parameter else ""
    if kind == "MissingParameter":
        return f"{hint} wajib ditulis."
    if kind == "NoSuchOption":
        near = ", ".join(getattr(error, "possibilities", None) or [])
        return f"Tidak ada pilihan {getattr(error, 'option_name', '')}." + (f" Mungkin: {near}." if near else "")
    if kind == "BadOptionUsage":
        return f"Pilihan {getattr(error, 'option_name', '')} ditulis keliru; periksa nilainya."
    message = error.message
    for english, indonesian in (
        ("No such command", "Tidak ada perintah"),
        ("Did you mean", "Mungkin yang dimaksud:"),
        ("Got unexpected extra argument(s)", "Terlalu banyak argumen:"),
    ):
        message = message.replace(english, indonesian)
    return (f"{hint}: {message}" if hint else message).rstrip(".?") + "."
