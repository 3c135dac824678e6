"""The cache gives what the files give, and nothing that somebody put there runs."""

from __future__ import annotations

import os
import pickle
from typing import TYPE_CHECKING

import pytest
from foedus.formula import TRUE
from foedus.loading import cache
from foedus.loading.library import Library

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FOEDUS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_library_from_the_cache_is_the_library_from_the_files(own_cache: Path) -> None:
    fresh = Library().everything()
    assert list(own_cache.rglob("term-*"))
    again = Library().everything()
    assert again.terms == fresh.terms
    assert again.treaties == fresh.treaties
    assert again.profiles == fresh.profiles
    assert again.overlays == fresh.overlays
    assert again.vocabulary == fresh.vocabulary
    assert again.actors == fresh.actors


def test_a_damaged_entry_is_made_anew(own_cache: Path) -> None:
    Library().find("term", "armed-attack")
    for entry in own_cache.rglob("term-*"):
        entry.write_bytes(entry.read_bytes()[:40])
    assert Library().find("term", "armed-attack") is not None


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.system, ("touch executed",))


@pytest.mark.parametrize("payload", [Evil(), cache.recall, pytest.MonkeyPatch, TRUE.__class__.walk])
def test_an_entry_cannot_run_code_or_bring_in_other_classes(
    payload: object, own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cache.keep("term", "0" * 64, TRUE)
    assert cache.recall("term", "0" * 64) == TRUE
    for entry in own_cache.rglob("term-*"):
        entry.write_bytes(pickle.dumps(payload))
    assert cache.recall("term", "0" * 64) is None
    assert not (tmp_path / "executed").exists()


def test_without_a_cache_everything_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOEDUS_CACHE", "off")
    assert cache.folder() is None
    cache.keep("term", "0" * 64, TRUE)
    assert cache.recall("term", "0" * 64) is None
    assert Library().find("term", "armed-attack") is not None
