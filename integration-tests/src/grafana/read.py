"""Reads boards as Grafana's own model of them does, and prints what that does not know or takes for another type."""

import enum
import json
import sys
import typing

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models import dashboard


def mistyped(value, hint, place):
    """The places below a value that are not of the type that its annotation says."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if hint in (typing.Any, object) or hint is None or isinstance(hint, typing.TypeVar):
        return []
    if origin is typing.Union:
        tried = [mistyped(value, part, place) for part in parts]
        return [] if any(not faults for faults in tried) else min(tried, key=len)
    if origin is typing.Literal:
        return [] if value in parts else [f"{place} is {value!r}, and not one of {parts}"]
    if origin is list:
        if not isinstance(value, list):
            return [f"{place} is no list"]
        return [it for n, item in enumerate(value) for it in mistyped(item, parts[0], f"{place}[{n}]")]
    if origin is dict:
        if not isinstance(value, dict):
            return [f"{place} is no object"]
        return [it for key, item in value.items() for it in mistyped(item, parts[1], f"{place}.{key}")]
    if hint is type(None):
        return [] if value is None else [f"{place} is {value!r}"]
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return []
    if hint in (int, float, str, bool):
        return [] if type(value) is hint else [f"{place} is {value!r}, and no {hint.__name__}"]
    if issubclass(hint, enum.Enum):
        known = [member.value for member in hint]
        value = getattr(value, "value", value)
        return [] if value in known else [f"{place} is {value!r}, and not one of {known}"]
    if isinstance(value, dict) and hasattr(hint, "from_json"):
        value = hint.from_json(value)
    return fields(value, place)


def fields(value, place):
    """The same of all fields of an object of the model."""
    hints = typing.get_type_hints(type(value))
    return [it for name, hint in hints.items() for it in mistyped(getattr(value, name), hint, f"{place}.{name}")]


def lost(before, after, place):
    """What is not there any more once the model has read it and written it again."""
    if isinstance(before, dict):
        if not isinstance(after, dict):
            return [f"{place} is no object"]
        absent = [f"{place}.{key} is not known" for key in before if key not in after]
        kept = [key for key in before if key in after]
        return absent + [it for key in kept for it in lost(before[key], after[key], f"{place}.{key}")]
    if isinstance(before, list):
        if not isinstance(after, list) or len(before) != len(after):
            return [f"{place} is no such list"]
        return [it for n, pair in enumerate(zip(before, after)) for it in lost(*pair, f"{place}[{n}]")]
    return [] if before == after else [f"{place} is {before!r}, and read as {after!r}"]


def faults(document):
    required = ["title", "uid", "schemaVersion", "templating", "annotations", "panels"]
    absent = [f"there is no {key}" for key in required if key not in document]
    if absent:
        return absent
    try:
        board = dashboard.Dashboard.from_json(document)
        again = json.loads(JSONEncoder(sort_keys=True).encode(board))
    except Exception as error:  # whatever the model cannot take
        return [f"{type(error).__name__}: {error}"]
    typed = fields(board, "board")
    for n, panel in enumerate(board.panels):
        for name in ("options", "field_config"):
            value = getattr(panel, name, None)
            if hasattr(value, "__dict__"):
                typed += fields(value, f"board.panels[{n}].{name}")
        custom = getattr(getattr(getattr(panel, "field_config", None), "defaults", None), "custom", None)
        if hasattr(custom, "__dict__"):
            typed += fields(custom, f"board.panels[{n}].custom")
        for m, target in enumerate(getattr(panel, "targets", None) or []):
            typed += fields(target, f"board.panels[{n}].targets[{m}]")
    return typed + lost(document, again, "board")


register_default_plugins()
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        for fault in faults(json.load(file)):
            print(f"{path}: {fault}")
print("done")
