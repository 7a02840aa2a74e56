"""The shipped JSON Schemas: sound in themselves, content with sound files, and of use to an editor."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from sop_engine.files.keys import KEYS
from sop_engine.files.schema import SHIPPED
from tests.files.faults import ORGANISATION, SOUND
from tests.files.hostile import FULL, Hostile, misspelt_keys, wrong_shapes

WORKFLOWS = Path(__file__).parents[2] / "workflows"
SCHEMAS: dict[str, Any] = {name: json.loads((WORKFLOWS / name).read_text("utf-8")) for name in SHIPPED}


class Editor(yaml.SafeLoader):
    """Reads YAML 1.2 as editors do: dates and `ya` are texts, bare numbers are numbers."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  # of YAML 1.1, and not inherited here


for tag, pattern in {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
}.items():
    Editor.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), None)


def faults(name: str, text: str) -> list[str]:
    """What an editor underlines in a file."""
    found = Draft202012Validator(SCHEMAS[name]).iter_errors(yaml.load(text, Editor))
    return [f"{'.'.join(map(str, fault.absolute_path))}: {fault.message}" for fault in found]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_schema_is_a_schema_of_its_draft(name):
    assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize(
    "file", sorted([*WORKFLOWS.glob("*.yaml"), *WORKFLOWS.glob("organisasi/*.yaml")]), ids=lambda file: file.name
)
def test_a_shipped_file_names_the_schema_beside_it_and_follows_it(file):
    first = file.read_text("utf-8").splitlines()[0]
    schema = (file.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve()

    assert schema.parent == WORKFLOWS
    assert faults(schema.name, file.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [("sop.schema.json", SOUND), ("sop.schema.json", FULL), ("organisasi.schema.json", ORGANISATION)],
    ids=["short", "full", "organisation"],
)
def test_a_sound_file_follows_the_schema(name, text):
    assert faults(name, text) == []


def underlined(rows: list[Hostile]) -> list[str]:
    """The rows an editor has nothing against."""
    return [row.name for row in rows if not faults("sop.schema.json", row.data.decode())]


def test_a_misspelt_key_does_not_follow_the_schema():
    outcomes = [".keputusan.asalx", ".keputusan.sumberx"]  # in a decision any word may be an outcome

    assert [name for name in underlined(list(misspelt_keys())) if not name.endswith(tuple(outcomes))] == []


def test_a_value_of_the_wrong_shape_does_not_follow_the_schema():
    assert underlined(list(wrong_shapes())) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("waktu: 1-3 hari", "waktu:"),
        ("pelaksana: pemohon", "pelaksana: []"),
        ("siklus: per_permohonan", "siklus: per_pemohonan"),
        ("id: sidang", "id: Sidang"),
        ("selesai_bila: 1", "selesai_bila: 0"),
        ("jenis: internal", "jenis: internal\n      diisi_saat_mulai: true"),
    ],
)
def test_an_editor_underlines_what_the_reader_refuses(old, new):
    assert SOUND.count(old) == 1
    assert faults("sop.schema.json", SOUND.replace(old, new)) != []


@pytest.mark.parametrize("name", SHIPPED)
def test_every_key_is_explained_to_who_completes_it(name):
    models = [SCHEMAS[name], *SCHEMAS[name]["$defs"].values()]
    properties = [item for model in models for item in model.get("properties", {}).items()]

    assert properties
    assert {key: value.get("description") for key, value in properties} == {key: KEYS[key] for key, _ in properties}
