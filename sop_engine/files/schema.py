"""JSON Schemas of the formats, generated from the models: for editors, and to know which keys stand where."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel

from sop_engine.domain.definition import Definition
from sop_engine.domain.organisation import Organisation
from sop_engine.files.keys import KEYS

SHIPPED: dict[str, type[BaseModel]] = {"sop.schema.json": Definition, "organisasi.schema.json": Organisation}


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """Give a model's schema as editors want it: Indonesian help per key, and scalars as YAML types them."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_for_editors(_raw(model))}


def text_of(model: type[BaseModel]) -> str:
    """Give a schema as it is shipped."""
    return json.dumps(schema_of(model), ensure_ascii=False, indent=1) + "\n"


@cache
def _raw(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True)
    rule = schema.get("$defs", {}).get("SignOffRule")
    if rule:  # `pengesahan: [sekretaris]` is short for `{oleh: [sekretaris]}`
        schema["$defs"]["SignOffRule"] = {"anyOf": [rule, rule["properties"]["oleh"]]}
    return schema


def _for_editors(node: Any) -> Any:
    if isinstance(node, list):
        return [_for_editors(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if key not in _UNWANTED or isinstance(value, dict)}
    shaped = {key: _for_editors(value) for key, value in kept.items()}
    for key, value in shaped.get("properties", {}).items():
        if key not in _MAY_BE_EMPTY and value.get("anyOf", [])[1:] == [{"type": "null"}]:
            value |= value.pop("anyOf")[0]  # absent it may be, written it has a value
        if key in KEYS:
            value["description"] = KEYS[key]
    if "minLength" in shaped and "anyOf" in shaped:
        shaped["minItems"] = shaped["minLength"]  # one word or a list of them, neither empty
    if shaped.get("type") == "string" and not {"pattern", "enum", "const"} & set(shaped):
        shaped["type"] = ["string", "number"]  # `no: 1` or `nomor: 12` is text to us, a number to an editor
    return shaped


_UNWANTED = {"title", "description", "default", "discriminator"}
_MAY_BE_EMPTY = {"tanggal_pembuatan", "tanggal_revisi", "tanggal_efektif"}


def keys_at(model: type[BaseModel], way: Sequence[str | int]) -> list[str]:
    """List the keys that may stand at a place, the way to it as pydantic gives it."""
    places = root_of(model)
    for part in way:
        places = choices_at(places, part, model) or places
    return [key for place in places for key in place.get("properties", {})]


def root_of(model: type[BaseModel]) -> list[dict[str, Any]]:
    """Give the schemas of which a whole file may follow one."""
    return _choices(_raw(model), _raw(model))


def choices_at(places: list[dict[str, Any]], part: str | int, model: type[BaseModel]) -> list[dict[str, Any]]:
    """Give the schemas that hold one step below others: under a key, or in a list; none where nothing may stand."""
    below = [child for place in places for child in _children(place, part)]
    return [choice for child in below for choice in _choices(child, _raw(model))]


def _children(place: dict[str, Any], part: str | int) -> list[dict[str, Any]]:
    if isinstance(part, int):
        return [place["items"]] if isinstance(place.get("items"), dict) else []
    below = [place.get("properties", {}).get(part) or place.get("additionalProperties")]
    below += place.get("patternProperties", {}).values()  # a mapping by ids
    return [child for child in below if isinstance(child, dict)]


def _choices(place: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Follow references and alternatives down to what can really stand there."""
    if "$ref" in place:
        return _choices(schema["$defs"][place["$ref"].rpartition("/")[2]], schema)
    several = [*place.get("anyOf", []), *place.get("oneOf", [])]
    return [choice for child in several for choice in _choices(child, schema)] or [place]
