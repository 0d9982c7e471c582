"""Strict TOML: an unknown, missing or wrong key is refused with file, line and the nearest known key."""

import difflib
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from declare.canonical import canonical, digest
from declare.lines import line_of
from declare.refusal import WrongInput


class Declaration(BaseModel):
    """A frozen, reviewed setting. Values are checked, unknown keys refuse; `digest` names the exact contents."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)

    @property
    def digest(self) -> str:
        return digest(canonical(self.model_dump(mode="json")))


D = TypeVar("D", bound=Declaration)


class DeclarationError(WrongInput):
    """A declaration cannot be read. Shows keys and lines, never values: a value may be a secret."""


def load(path: Path, kind: type[D]) -> D:
    """Read one declaration of type `kind`. Raises `DeclarationError`."""
    text = _read(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DeclarationError(f"{path} is not valid TOML: {error}", remedy="Mend the line named.") from error
    except (ValueError, RecursionError):
        raise DeclarationError(f"{path} is too deep, or has a number too long to read", remedy="Write less.") from None
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise _explain(path, text, kind, error) from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DeclarationError(f"{path} is not UTF-8", remedy="Save the declaration as UTF-8.") from error
    except OSError as error:
        raise DeclarationError(f"{path} cannot be read", remedy="Check the name and that the file exists.") from error


def _explain(path: Path, text: str, kind: type[Declaration], error: ValidationError) -> DeclarationError:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    # A misspelt key is missing under its right name as well; the misspelling is what helps.
    first = min(problems, key=lambda problem: problem["type"] != "extra_forbidden")
    place = f"{path}:{line_of(text, first['loc'])}"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return DeclarationError(f"{place}: {_sentence(first)}{more}", remedy=_remedy(first, kind))


def _sentence(problem: ErrorDetails) -> str:
    key = ".".join(str(part) for part in problem["loc"]) or "the declaration"
    match problem["type"]:
        case "extra_forbidden":
            return f"unknown key {key}"
        case "missing":
            return f"missing key {key}"
        case _:
            return f"{key}: {problem['msg'].removeprefix('Value error, ')}"


def _remedy(problem: ErrorDetails, kind: type[Declaration]) -> str:
    match problem["type"]:
        case "extra_forbidden":
            key = str(problem["loc"][-1])
            near = difflib.get_close_matches(key, sorted(_known_keys(kind)), n=1, cutoff=0.5)
            return f"Did you mean {near[0]}?" if near else "Remove the key, or look it up in the documentation."
        case "missing":
            return f"Add the key {problem['loc'][-1]}."
        case _:
            return "Mend the value on that line."


def _known_keys(kind: type[Declaration]) -> set[str]:
    """All keys of `kind` and of the declarations it holds, at any depth."""
    schema = kind.model_json_schema()
    parts: list[dict[str, Any]] = [schema, *schema.get("$defs", {}).values()]
    return {key for part in parts for key in part.get("properties", {})}
