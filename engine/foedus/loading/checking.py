"""Checking files apart from any run: the whole library, or some files and folders on top of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from foedus.errors import InputError, Place
from foedus.loading.library import FOLDERS, SINGLE, Library, kind_of
from foedus.model import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from foedus.ground import Rules


def check_paths(library: Library, paths: Iterable[Path]) -> dict[str, int]:
    """How many of each kind were checked.

    Raises:
        InputErrors: with all problems of all files.
    """
    named = list(paths)
    if not named:
        scenarios = list(library.all_of("scenario").values())
    else:
        scenarios = [each for path in named for file in _files(library, path) for each in _read(library, file)]
        for path in named:
            if path.is_dir() and not any(_files(library, path)):
                library.problems.append(InputError("no YAML file in the folder", Place(str(path))))
    rules = library.everything()
    if not named and library.on_top is None:
        library.problems += _find_loose_ends(rules, _only_scenarios(scenarios))
    library.check(rules, [library.extended(each) for each in _only_scenarios(scenarios)])
    if named:
        return {"files": sum(1 for path in named for _ in _files(library, path))}
    return {
        "treaties": len(rules.treaties),
        "terms": len(rules.terms),
        "overlays": len(rules.overlays),
        "profiles": len(rules.profiles),
        "scenarios": len(scenarios),
    }


def ids_in(library: Library, paths: Iterable[Path]) -> dict[str, list[str]]:
    """Kind to ids of what some files hold; everything that there is, where none are named."""
    named = [file for path in paths for file in _files(library, path)]
    if not named:
        return {kind: list(each) for kind, each in library.index.items()}
    out: dict[str, list[str]] = {}
    for file in named:
        out.setdefault(kind_of(file), []).append(file.stem)
    return out


def _find_loose_ends(rules: Rules, scenarios: Iterable[Scenario]) -> Iterator[InputError]:
    """What the shipped library does not allow itself: attributes that nothing reads, scenarios that expect nothing."""
    for name in sorted(rules.unread()):
        yield InputError(f"no condition reads the attribute `{name}`", Place("rules/vocabulary.yaml"))
    for scenario in scenarios:
        if not scenario.expect:
            yield InputError("the scenario expects nothing", Place(f"scenarios/{scenario.scenario}.yaml"))


def _only_scenarios(found: Iterable[object]) -> list[Scenario]:
    return [each for each in found if isinstance(each, Scenario)]


def _files(library: Library, path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(path.rglob("*.yaml"))
    elif path.exists():
        yield path
    else:
        message = InputError("no such file", Place(str(path)))
        if message.place not in {problem.place for problem in library.problems}:
            library.problems.append(message)


def _read(library: Library, path: Path) -> Iterator[Any]:
    """The object in a file of any kind; a rule file takes the place of the library's file of the same id."""
    kind = kind_of(path)
    if kind in FOLDERS:
        library.index[kind][path.stem] = path
        library.loaded.pop((kind, path.stem), None)
    name = kind if kind in SINGLE else path.stem
    yield library.read(kind, name, path)
