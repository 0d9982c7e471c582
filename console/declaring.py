"""A declaration from what was typed into the form of a request, and back again.

What the form has no field for stands in a field of its own as TOML, so that nothing of an earlier request is lost.
"""

import tomllib
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from console.reader import HAS_A_FIELD, TOO_DEEP, no_toml, wrong
from declare import Sentence, to_toml
from register.declarations import Request

Typed = Mapping[str, Sequence[str]]
Errors = Mapping[str, Sequence[Sentence]]
"""Field, or "" for the whole → what is wrong."""
INDICATORS: Final = 3
"""Lines for indicators, and one more than there are."""
WAYS: Final = ("widths", "prefixes", "cuts")
_PLAIN: Final[tuple[str, ...]] = ("id", "title", "retention_until", "case_decision", "human_decision", "probe")
_OUTPUT: Final[tuple[str, ...]] = ("kind", "unit", "magnitude", "rank_by", "environment", "history")
_DPIA: Final = ("id", "approved", "valid_until", "status")


def declaration(typed: Typed, requester: str) -> tuple[str, Errors]:
    """The text, and what the declaration's own reader finds wrong with it."""
    content = _content(typed, requester)
    try:
        _join(content, tomllib.loads(_one(typed, "more")))
        text = to_toml(content)
        Request.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        return to_toml(content), {"more": [no_toml(error)]}
    except ValidationError as error:
        return text, _errors(error, typed)
    except KeyError as error:
        return to_toml(content), {"more": [Sentence(HAS_A_FIELD, {"place": error.args[0]})]}
    except (ValueError, RecursionError):
        return to_toml(_content(typed, requester)), {"more": [Sentence(TOO_DEEP)]}
    return text, {}


def typed_of(declared: Mapping[str, Any]) -> dict[str, list[str]]:
    """What has to be typed for a declaration, in its JSON form."""
    rest: dict[str, Any] = _filled(declared)
    rest.pop("requester", None)
    typed: dict[str, list[str]] = {name: [str(rest.pop(name))] for name in _PLAIN if name in rest}
    typed["use"] = [f"{rest.pop('agreement', '')}|{rest.pop('purpose', '')}"]
    typed |= {name: list(rest.pop(name, [])) for name in ("recipients", "models")}
    for source in rest.pop("sources", []):
        typed.setdefault("sources", []).append(source["id"])
        typed[f"ground.{source['id']}"] = [source.get("ground", "")]
        typed[f"columns.{source['id']}"] = list(source.get("columns", []))
    typed |= {f"dpia.{name}": [str(value)] for name, value in rest.pop("dpia", {}).items()}
    typed |= _typed_output(rest["output"]) | _typed_effect(rest.pop("effect", {}))
    return typed | {"more": [to_toml(left) if (left := _filled(rest)) else ""], "step": ["7"]}


def _typed_output(output: dict[str, Any]) -> dict[str, list[str]]:
    """Takes out of `output` what has a field."""
    typed: dict[str, list[str]] = {name: [str(output.pop(name))] for name in _OUTPUT if name in output}
    tables = output.get("tables", [])
    if tables and all(table.get("magnitude", True) for table in tables):
        output.pop("tables")
        typed["tables"] = ["\n".join(f"{table['name']}: {', '.join(table['dimensions'])}" for table in tables)]
    dimensions = output.pop("dimensions", [])
    typed["dimensions"] = [] if tables else list(dimensions)
    typed |= {f"need.{column}": [need] for column, need in output.pop("needs", {}).items()}
    for column, attribute in output.get("attributes", {}).items():
        typed[f"attribute.{column}"] = [attribute.pop("role")]
    for columns in (output.get("attributes", {}), output.get("coarsen", {})):
        for column, coarsening in columns.items():
            typed |= _typed_steps(column, coarsening)
    return typed


def _typed_steps(column: str, coarsening: dict[str, Any]) -> dict[str, list[str]]:
    way = next((way for way in WAYS if way in coarsening), None)
    if way is None:
        return {}
    steps, level = coarsening.pop(way), coarsening.pop("level", 1)
    text = (
        "; ".join(", ".join(map(_number, each)) for each in steps) if way == "cuts" else ", ".join(map(_number, steps))
    )
    return {f"way.{column}": [way], f"steps.{column}": [text], f"level.{column}": [str(level)]}


def _typed_effect(effect: Mapping[str, Any]) -> dict[str, list[str]]:
    typed = {"intended": [effect.get("intended", "")]}
    for number, each in enumerate(effect.get("indicators", []), start=1):
        typed[f"indicator.{number}"] = [each if isinstance(each, str) else each["what"]]
        typed[f"years.{number}"] = ["" if isinstance(each, str) else str(each["years"])]
    return typed


def _content(typed: Typed, requester: str) -> dict[str, Any]:
    agreement, _, purpose = _one(typed, "use").partition("|")
    content: dict[str, Any] = {name: _one(typed, name) for name in _PLAIN}
    content |= {"purpose": purpose, "requester": requester, "agreement": agreement}
    content |= {name: list(typed.get(name, ())) for name in ("recipients", "models")}
    content["dpia"] = {name: _one(typed, f"dpia.{name}") for name in _DPIA}
    content["sources"] = [
        {"id": name, "ground": _one(typed, f"ground.{name}"), "columns": list(typed.get(f"columns.{name}", ()))}
        for name in typed.get("sources", ())
    ]
    content["output"] = _output(typed)
    content["effect"] = {"intended": _one(typed, "intended"), "indicators": [each for _, each in _indicators(typed)]}
    return _filled(content)


def _output(typed: Typed) -> dict[str, Any]:
    kind = _one(typed, "kind")
    output: dict[str, Any] = {name: _one(typed, name) for name in ("kind", "unit", "history")}
    asked = [f"{source}.{name}" for source in typed.get("sources", ()) for name in typed.get(f"columns.{source}", ())]
    if kind in ("table", "persons"):
        output |= {"magnitude": _one(typed, "magnitude"), "tables": list(_tables(typed)) if kind == "table" else []}
        output["dimensions"] = [] if output["tables"] else list(typed.get("dimensions", ()))
    if kind == "persons":
        output["rank_by"] = _one(typed, "rank_by")
    if kind == "extract":
        output |= {"environment": _one(typed, "environment")}
        output["needs"] = {column: _one(typed, f"need.{column}") for column in asked}
    if kind == "anonymous":
        roles = {column: _one(typed, f"attribute.{column}") for column in asked}
        output["attributes"] = {
            column: {"role": role} | _steps(typed, column) for column, role in roles.items() if role
        }
    if kind in ("table", "extract"):
        output["coarsen"] = {column: _coarse(typed, column) for column in asked if _steps(typed, column)}
    return output


def _coarse(typed: Typed, column: str) -> dict[str, Any]:
    return _steps(typed, column) | {"level": _as_number(_one(typed, f"level.{column}") or "1")}


def _steps(typed: Typed, column: str) -> dict[str, Any]:
    way, text = _one(typed, f"way.{column}"), _one(typed, f"steps.{column}")
    if way not in WAYS:
        return {}
    if way == "cuts":
        return {way: [[_as_number(each) for each in part.split(",")] for part in text.split(";")]}
    return {way: [_as_number(each) for each in text.split(",")]}


def _tables(typed: Typed) -> Iterator[dict[str, Any]]:
    for line in filter(str.strip, _one(typed, "tables").splitlines()):
        name, _, dimensions = line.partition(":")
        yield {"name": name.strip(), "dimensions": [each.strip() for each in dimensions.split(",") if each.strip()]}


def _indicators(typed: Typed) -> Iterator[tuple[int, Any]]:
    """The number of its line with each."""
    for number in range(1, lines_of(typed) + 1):
        if what := _one(typed, f"indicator.{number}"):
            years = _one(typed, f"years.{number}")
            yield number, {"what": what, "years": _as_number(years)} if years else what


def lines_of(typed: Typed) -> int:
    """Of indicators."""
    numbers = [name.removeprefix("indicator.") for name in typed if name.startswith("indicator.") and any(typed[name])]
    filled = [int(number) for number in numbers if number.isdecimal()]
    return max(INDICATORS, min(1 + max(filled, default=0), 20))


def _errors(error: ValidationError, typed: Typed) -> dict[str, list[Sentence]]:
    found: dict[str, list[Sentence]] = {}
    for each in error.errors(include_url=False, include_input=False):
        told = found.setdefault(_field(each["loc"], typed), [])
        if (sentence := wrong(each)) not in told:
            told.append(sentence)
    return found


def _field(place: tuple[int | str, ...], typed: Typed) -> str:
    """The field in which something is wrong; "" where it is no single one."""
    match place:
        case ("agreement" | "purpose", *_):
            field = "use"
        case ("sources", int(at), part, *_) if at < len(typed.get("sources", ())):
            field = f"{'ground' if part == 'ground' else 'columns'}.{typed['sources'][at]}"
        case ("effect", "indicators", int(at), *_) if at < len(list(_indicators(typed))):
            field = f"indicator.{[number for number, _ in _indicators(typed)][at]}"
        case ("output", *rest):
            field = _output_field(rest)
        case _:
            first = "".join(map(str, place[:1]))
            field = {"effect": "intended", "dpia": ".".join(map(str, place[:2]))}.get(first, first)
    return field


def _output_field(place: Sequence[int | str]) -> str:
    match place:
        case ("coarsen", str(column), *_):
            return f"steps.{column}"
        case ("attributes", str(column), part, *_):
            return f"attribute.{column}" if part == "role" else f"steps.{column}"
        case ("needs", str(column), *_):
            return f"need.{column}"
        case (str(name), *_):
            return name
    return "kind"


def _join(content: MutableMapping[str, Any], more: Mapping[str, Any], path: str = "") -> None:
    """`more` into `content`. Raises `KeyError` for what the form says already."""
    for name, value in more.items():
        if name not in content and not (path == "" and name == "requester"):
            content[name] = value
        elif isinstance(content.get(name), dict) and isinstance(value, Mapping):
            _join(content[name], value, f"{path}{name}.")
        else:
            raise KeyError(f"{path}{name}")


def _filled(content: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty, at any depth."""
    found = {name: _filled(each) if isinstance(each, Mapping) else each for name, each in content.items()}
    return {name: [_filled(part) if isinstance(part, Mapping) else part for part in each]
            if isinstance(each, list) else each
            for name, each in found.items() if each not in (None, "", [], {}, ())}  # fmt: skip


def _one(typed: Typed, name: str) -> str:
    return "".join(typed.get(name, ())[:1]).strip()


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _as_number(text: str) -> int | float | str:
    """What is no number is for the declaration's reader to refuse."""
    for kind in (int, float):
        try:
            return kind(text.strip())
        except ValueError:
            continue
    return text.strip()
