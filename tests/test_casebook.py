"""The casebook is what the files of the library say.

Record anew with `FOEDUS_RECORD=1 pytest tests/test_casebook.py`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from foedus.loading.library import Library
from foedus.report import casebook

BOOK = Path(__file__).parent.parent / "docs" / "casebook"
RECORD = os.environ.get("FOEDUS_RECORD") == "1"
LIBRARY = Library()
RULES = LIBRARY.everything()
ENTRIES = [(folder, kind, name) for folder, kind in casebook.FOLDERS.items() for name in sorted(LIBRARY.index[kind])]


def see_that_it_is_true(path: Path, fresh: str) -> None:
    if RECORD:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fresh, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == fresh


@pytest.mark.parametrize(("folder", "kind", "name"), ENTRIES, ids=[f"{folder}-{name}" for folder, _, name in ENTRIES])
def test_a_page_is_what_the_file_says(folder: str, kind: str, name: str) -> None:
    see_that_it_is_true(BOOK / folder / f"{name}.md", casebook.page(LIBRARY, RULES, kind, name))


def test_the_index_lists_every_page() -> None:
    see_that_it_is_true(BOOK / "README.md", casebook.index(LIBRARY))


def test_no_page_is_left_of_what_is_gone() -> None:
    written = {path.relative_to(BOOK).as_posix() for path in BOOK.rglob("*.md")}
    assert written == {"README.md", *(f"{folder}/{name}.md" for folder, _, name in ENTRIES)}


def test_the_library_has_what_it_claims() -> None:
    historical = [name for name, path in LIBRARY.index["scenario"].items() if path.parent.name == "historical"]
    hypothetical = [name for name, path in LIBRARY.index["scenario"].items() if path.parent.name == "hypothetical"]
    assert len(RULES.treaties) >= 45
    assert len(RULES.profiles) >= 25
    assert len(historical) >= 100
    assert len(hypothetical) >= 30


def test_every_attribute_is_read_by_some_condition() -> None:
    assert RULES.unread() == []
