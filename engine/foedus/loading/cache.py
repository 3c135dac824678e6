"""Validated files by the hash of their content, kept between runs; safe to delete at any time.

Only this package's own inert data classes are restored from it, so a file put there by somebody cannot run code.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import sys
import tempfile
from pathlib import Path
from typing import Any

from foedus import __version__

_MODULES = frozenset({"foedus.formula", "foedus.model", "foedus.vocabulary"})


class _Reader(pickle.Unpickler):
    """Restores data classes of the model and dates, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as the base class has it
        if (module in _MODULES and "." not in name) or (module, name) == ("datetime", "date"):
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        message = f"{module}.{name} has no place in the cache"
        raise pickle.UnpicklingError(message)


def folder() -> Path | None:
    """Where the cache lives: `FOEDUS_CACHE`, else the user's cache folder; `None` where it is switched off."""
    named = os.environ.get("FOEDUS_CACHE")
    if named is not None:
        return Path(named) if named not in {"", "off", "0"} else None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - may fail to expand
    return Path(base) / "foedus" if base and not base.startswith("~") else None


def _entry(kind: str, sha256: str) -> Path | None:
    root = folder()
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return root / f"{__version__}-{python}-{_FINGERPRINT}" / f"{kind}-{sha256}" if root else None


def _fingerprint() -> str:
    """Changes whenever the code that gives the cached objects their shape changes."""
    package = Path(__file__).parent.parent
    sources = [package / "formula.py", package / "model.py", package / "vocabulary.py", package / "loading/schema.py"]
    stamps = ",".join(f"{s.st_size}.{s.st_mtime_ns}" for s in (source.stat() for source in sources if source.exists()))
    return format(hash_text(stamps), "x")


def hash_text(text: str) -> int:
    """A short, stable number for a text."""
    from zlib import crc32

    return crc32(text.encode())


_FINGERPRINT = _fingerprint()


def recall(kind: str, sha256: str) -> Any:  # noqa: ANN401 - whatever was kept
    """The object kept for that content, or `None`."""
    entry = _entry(kind, sha256)
    if entry is None:
        return None
    try:
        return _Reader(io.BytesIO(entry.read_bytes())).load()
    except (
        OSError,
        pickle.PickleError,
        EOFError,
        AttributeError,
        ImportError,
        IndexError,
        TypeError,
        ValueError,
        KeyError,
    ):
        return None


def keep(kind: str, sha256: str, value: object) -> None:
    """Keep an object for that content; where nothing can be written, nothing is kept."""
    entry = _entry(kind, sha256)
    if entry is None:
        return
    with contextlib.suppress(OSError):
        entry.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=entry.parent, delete=False) as file:
            file.write(pickle.dumps(value, protocol=5))
        Path(file.name).replace(entry)
