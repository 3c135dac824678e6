"""A state on disk: written whole or not at all, the one before it kept; and refused if it is not what was written."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

from foedus.errors import InputError, InputErrors, Place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VERSION = 1
MAGIC = "foedus-timeline"


def backup_of(path: Path) -> Path:
    """Where the state before the last one is kept."""
    return path.with_name(f"{path.name}.bak")


def save(path: Path, asked: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    """Put a state in the place of the one there, which is kept beside it; the file is never half a state.

    Raises:
        InputErrors: if the file cannot be written.
    """
    body = {"asked": asked, "state": state}
    text = json.dumps({"kind": MAGIC, "version": VERSION, "sha256": _checksum(body), **body}, ensure_ascii=False)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            spare = path.with_name(f"{path.name}.{os.getpid()}.bak.tmp")
            shutil.copyfile(path, spare)
            spare.replace(backup_of(path))
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        reason = (error.strerror or "the disk refuses").lower()
        raise InputErrors([InputError(f"the state cannot be saved: {reason}", Place(str(path)))]) from None


def resume(path: Path, asked: Mapping[str, Any]) -> Any:  # noqa: ANN401 - plain data
    """The state that was saved there, for the same question.

    Raises:
        InputErrors: if there is none, or it is damaged, or of another program, question, or version of the rules.
    """
    place = Place(str(path))
    backup = backup_of(path)
    kept = f"`{backup}` is the last good one before it" if backup.exists() else "there is no earlier one beside it"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputErrors([InputError("no such file", place, kept if backup.exists() else None)]) from None
    except OSError as error:
        raise InputErrors([InputError(f"cannot be read: {(error.strerror or '').lower()}", place)]) from None
    except (ValueError, RecursionError):
        raise InputErrors([InputError("the state is damaged: it is not whole", place, kept)]) from None
    if not isinstance(data, dict) or data.get("kind") != MAGIC:
        raise InputErrors([InputError("this is no state that `foedus timeline --save` wrote", place, kept)])
    if data.get("version") != VERSION:
        message = f"the state is of version {data.get('version')}, and this foedus reads version {VERSION}"
        raise InputErrors([InputError(message, place, "go on with the foedus that wrote it")])
    body = {"asked": data.get("asked"), "state": data.get("state")}
    if data.get("sha256") != _checksum(body):
        raise InputErrors([InputError("the state is damaged: its checksum does not fit", place, kept)])
    _see_that_same(body["asked"], asked, place)
    return body["state"]


def _see_that_same(saved: Any, asked: Mapping[str, Any], place: Place) -> None:  # noqa: ANN401
    """The question is the one that the state answers."""
    for name, value in json.loads(json.dumps(asked)).items():
        if saved.get(name) != value:
            what = "the rules are" if name == "rules" else f"`{name}` is"
            hint = (
                "resume with the options with which it was saved" if name != "rules" else "begin anew without --resume"
            )
            raise InputErrors([InputError(f"{what} not what the state was saved with", place, hint)])


def _checksum(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def rules_hash(inputs: Mapping[str, str]) -> str:
    """One hash for all files of rules that were read."""
    of_rules = sorted((label, each) for label, each in inputs.items() if not label.startswith("scenarios/"))
    return hashlib.sha256(json.dumps(of_rules).encode()).hexdigest()
