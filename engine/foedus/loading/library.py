"""Where rule and scenario files are, and the part of them that a run needs, resolved."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foedus.errors import InputError, InputErrors, Place, nearest
from foedus.ground import HELP_AS_ATTACK, TEMPORAL_SCOPE, Rules
from foedus.loading import cache, resolve
from foedus.model import Scenario, Treaty
from foedus.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from foedus.loading.document import Document
    from foedus.loading.resolve import Trouble
    from foedus.model import TermEntry

FOLDERS = {"term": "terms", "treaty": "treaties", "overlay": "overlays", "profile": "profiles"}
SINGLE = {"vocabulary": "vocabulary.yaml", "actors": "actors.yaml"}

Key = tuple[str, str]
"""What names a file's content: its kind and its id."""


def shipped(kind: str) -> Path:
    """The folder `rules` or `scenarios` that comes with foedus, installed or in a checkout."""
    inside = Path(str(files("foedus"))) / kind
    return inside if inside.is_dir() else Path(__file__).resolve().parents[3] / kind


def kind_of(path: Path) -> str:
    """The kind of file, by the first key that tells; a file without one is taken for a scenario."""
    try:
        # a pipe would wait for a writer
        head = path.read_text(encoding="utf-8", errors="replace")[:65536] if path.is_file() else ""
    except OSError:
        return "scenario"
    for line in head.splitlines():
        key = line.partition(":")[0]
        if key in FOLDERS or key in SINGLE:
            return key
    return "scenario"


@dataclass
class Library:
    """The shipped files, and a folder of the user's on top of them.

    A file of the user's replaces the shipped one of the same id; but a term's definitions, acts, attributes and
    actors are added to the shipped ones.
    """

    on_top: Path | None = None
    loaded: dict[Key, Any] = field(default_factory=dict)
    paths: dict[Key, Path] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    problems: list[InputError] = field(default_factory=list)

    @cached_property
    def rule_roots(self) -> list[Path]:
        """The folders with rules, the user's last."""
        roots = [shipped("rules")]
        if self.on_top:
            inner = self.on_top / "rules"
            roots.append(inner if inner.is_dir() else self.on_top)
        return roots

    @cached_property
    def scenario_roots(self) -> list[Path]:
        """The folders with scenarios, the user's last."""
        roots = [shipped("scenarios")]
        if self.on_top and (self.on_top / "scenarios").is_dir():
            roots.append(self.on_top / "scenarios")
        return roots

    @cached_property
    def index(self) -> dict[str, dict[str, Path]]:
        """Kind to id to path, of everything that can be loaded by name."""
        if self.on_top and not self.on_top.is_dir():
            raise InputErrors([InputError("no such folder", Place(str(self.on_top)), "`foedus init DIR` makes one")])
        out: dict[str, dict[str, Path]] = {kind: {} for kind in FOLDERS}
        for root in self.rule_roots:
            for kind, name in FOLDERS.items():
                out[kind].update(self._listed(root / name, root))
        out["scenario"] = {}
        for root in self.scenario_roots:
            for folder in (root, root / "historical", root / "hypothetical"):
                out["scenario"].update(self._listed(folder, root))
        taken = {path for each in out.values() for path in each.values()}
        self.problems += [each for root in self.rule_roots[1:] for each in self._unread(root, taken)]
        return out

    def _unread(self, root: Path, taken: Container[Path]) -> Iterator[InputError]:
        """Files of rules in a folder of the user's that stand where no rules are looked for."""
        for path in sorted([*root.glob("*.y*ml"), *root.glob("*/*.y*ml")]):
            if path in taken or path.is_symlink():
                continue
            kind = kind_of(path)
            if kind in FOLDERS:
                hint = f"put it at {FOLDERS[kind]}/{path.stem}.yaml in that folder"
                yield InputError(f"this file of the kind `{kind}` would not be read", Place(str(path)), hint)

    def _listed(self, folder: Path, root: Path) -> dict[str, Path]:
        """The files of a folder by id; one that a link leads out of the root is not taken."""
        if not folder.is_dir():
            return {}
        found = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
        inside = root.resolve()
        return {name: path for name, path in found.items() if self._is_inside(path, inside)}

    def _is_inside(self, path: Path, root: Path) -> bool:
        if not path.is_symlink() or path.resolve().is_relative_to(root):
            return True
        self.problems.append(InputError("a link that leads out of its folder", Place(str(path)), "copy the file here"))
        return False

    def label(self, path: Path) -> str:
        """The name of a file in messages and records: shipped files from `rules/` or `scenarios/` on."""
        for kind in ("rules", "scenarios"):
            if path.is_relative_to(shipped(kind)):
                return f"{kind}/{path.relative_to(shipped(kind)).as_posix()}"
        return str(path)

    # Reading one file

    def read(self, kind: str, name: str, path: Path) -> Any:  # noqa: ANN401 - the kind's class
        """The object in a file, or `None` if anything is wrong with it; then `problems` has grown."""
        key = (kind, str(path)) if kind in SINGLE else (kind, name)
        if key in self.loaded:
            return self.loaded[key]
        self.paths[key] = path
        label = self.label(path)
        try:
            raw = _read_bytes(path, label)
            sha256 = hashlib.sha256(raw).hexdigest()
            self.inputs[label] = sha256
            shape = kind.removeprefix("shipped ")
            value = cache.recall(shape, sha256)
            if value is None:
                value, problems = self._validate(shape, self.document(key), name)
                self.problems += problems
                if not problems:
                    cache.keep(shape, sha256, value)
        except InputErrors as errors:
            self.problems += errors.problems
            value = None
        self.loaded[key] = value
        return value

    def _validate(self, kind: str, document: Document, name: str) -> tuple[Any, list[InputError]]:
        from foedus.loading import schema

        value, problems = schema.build(kind, document)
        if value is not None and kind not in SINGLE and getattr(value, kind) != name:
            message = f"the file `{name}.yaml` holds the {kind} `{getattr(value, kind)}`"
            problems.append(InputError(message, document.place((kind,)), "a file is named after the id in it"))
            value = replace(value, **{kind: name})  # what else is wrong with it is looked up by the file's name
        return value, problems

    def document(self, key: Key) -> Document:
        """The file of a loaded object, parsed again for the places in it."""
        from foedus.loading.document import parse, read_text

        path = self.paths[key]
        label = self.label(path)
        return parse(read_text(path, label)[1], label)

    # What a run needs

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The shipped vocabulary and, on top of it, the user's acts and attributes."""
        merged: Vocabulary | None = None
        for root in self.rule_roots:
            path = root / SINGLE["vocabulary"]
            one = self.read("vocabulary", "vocabulary", path) if path.is_file() else None
            if one is not None:
                merged = one if merged is None else _merge(merged, one)
        if merged is None:
            message = InputError("no vocabulary found", Place(str(self.rule_roots[0])))
            raise InputErrors(self.problems or [message])
        return merged

    @cached_property
    def actors(self) -> dict[str, Any]:
        """All actors by code."""
        merged: dict[str, Any] = {}
        for root in self.rule_roots:
            path = root / SINGLE["actors"]
            if path.is_file():
                merged.update(self.read("actors", "actors", path) or {})
        return merged

    def find(self, kind: str, name: str) -> Any:  # noqa: ANN401 - the kind's class
        """The object of that kind and id, or `None` where there is none or it is wrong."""
        path = self.index[kind].get(name)
        found = self.read(kind, name, path) if path else None
        below = shipped("rules") / FOLDERS["term"] / f"{name}.yaml"
        if kind == "term" and found is not None and path != below and below.is_file():
            return _add_to(self.read("shipped term", name, below), found)
        return found

    def all_of(self, kind: str) -> dict[str, Any]:
        """Every object of a kind that can be loaded, by id."""
        each = {name: self.find(kind, name) for name in sorted(self.index[kind])}
        return {name: value for name, value in each.items() if value is not None}

    def scenario(self, name: str) -> Scenario:
        """The scenario in a file, or the one of that name in the library.

        Raises:
            InputErrors: if there is none, or anything is wrong with it.
        """
        path = Path(name)
        if not name:
            raise InputErrors([InputError("no scenario is named", None, "`foedus list scenarios` names them all")])
        if path.suffix in {".yaml", ".yml"} or path.exists() or len(path.parts) > 1:
            named = path.stem
        elif name in self.index["scenario"]:
            path, named = self.index["scenario"][name], name
        else:
            hint = nearest(name, self.index["scenario"]) or "`foedus list scenarios` names them all"
            raise InputErrors([InputError(f"unknown scenario `{name}`", None, hint)])
        scenario = self.read("scenario", named, path)
        if not isinstance(scenario, Scenario):
            raise InputErrors(self.problems)
        return self.extended(scenario)

    def scenarios(self) -> dict[str, Scenario]:
        """Every scenario that can be loaded, by name."""
        return {name: self.extended(each) for name, each in self.all_of("scenario").items()}

    def extended(self, scenario: Scenario, above: tuple[str, ...] = ()) -> Scenario:
        """A scenario that extends another, with the events of that one, some facts changed.

        Raises:
            InputErrors: if there is no such scenario, or no such event in it, or they extend each other in a circle.
        """
        if scenario.extends is None:
            return scenario
        key = ("scenario", scenario.scenario)
        if scenario.extends in {scenario.scenario, *above}:
            raise self._wrong(key, ("extends",), "scenarios extend each other in a circle")
        base = self.find("scenario", scenario.extends)
        if base is None:
            hint = nearest(scenario.extends, self.index["scenario"])
            hint = hint or "`foedus list scenarios` names them all"
            raise self._wrong(key, ("extends",), f"unknown scenario `{scenario.extends}`", hint)
        base = self.extended(base, (*above, scenario.scenario))
        events = {event.id: event for event in base.events}
        wrong = [name for name in scenario.change if name not in events]
        if wrong:
            raise InputErrors(
                [
                    problem
                    for name in wrong
                    for problem in self._wrong(
                        key, ("change", name), f"unknown event `{name}`", nearest(name, events), at_key=True
                    ).problems
                ]
            )
        for name, facts in scenario.change.items():
            fixed: dict[str, Any] = {each: fact for each, fact in facts.items() if each in {"act", "by", "against"}}
            other = {each: fact for each, fact in facts.items() if each not in fixed}
            events[name] = replace(events[name], **fixed, facts={**events[name].facts, **other})
        return replace(
            scenario,
            clauses=scenario.clauses or base.clauses,
            events=(*events.values(), *scenario.events),
            record=scenario.record,
        )

    def _wrong(
        self, key: Key, path: tuple[str | int, ...], message: str, hint: str | None = None, *, at_key: bool = False
    ) -> InputErrors:
        place = self.document(key).place(path, key=at_key)
        return InputErrors([*self.problems, InputError(message, place, hint)])

    def rules_for(
        self, clauses: Iterable[str], terms: Iterable[str] = (), profiles: Iterable[str] | None = None
    ) -> Rules:
        """The rules that those clauses, terms and profiles need; all profiles where none are named.

        Raises:
            InputErrors: with everything that is wrong with the files so far read.
        """
        found: dict[str, dict[str, Any]] = {"treaty": {}, "overlay": {}, "term": {}, "profile": {}}
        for name in dict.fromkeys(clause.partition("/")[0] for clause in clauses):
            found["treaty"][name] = self.find("treaty", name)
        for treaty in found["treaty"].values():
            for name in _overlay_ids(treaty):
                found["overlay"][name] = self.find("overlay", name)
        for name in self.index["profile"] if profiles is None else profiles:
            found["profile"][name] = self.find("profile", name)
        waiting = [TEMPORAL_SCOPE, HELP_AS_ATTACK, *terms]
        for value in [*found["treaty"].values(), *found["overlay"].values()]:
            waiting += resolve.terms_in(value)
        while waiting:
            name = waiting.pop()
            if name not in found["term"]:
                found["term"][name] = self.find("term", name)
                waiting += resolve.terms_in(found["term"][name])
        existing = {kind: {n: v for n, v in each.items() if v is not None} for kind, each in found.items()}
        return Rules(
            vocabulary=self.vocabulary,
            actors=self.actors,
            terms=existing["term"],
            treaties=existing["treaty"],
            overlays=existing["overlay"],
            profiles=existing["profile"],
        )

    def everything(self) -> Rules:
        """All rules that there are."""
        treaties = self.all_of("treaty")
        clauses = [f"{name}/{clause}" for name, treaty in treaties.items() for clause in treaty.clauses]
        return replace(self.rules_for(clauses, self.index["term"]), treaties=treaties, overlays=self.all_of("overlay"))

    def check(self, rules: Rules, scenarios: Iterable[Scenario] = ()) -> None:
        """See that every name exists and every value fits.

        Raises:
            InputErrors: with everything that is wrong, in all files read so far.
        """
        known = resolve.Known(rules, {kind: set(each) for kind, each in self.index.items()})
        own_acts = {key: value for key, value in self.loaded.items() if isinstance(value, Vocabulary)}
        own_actors = {key: value for key, value in self.loaded.items() if key[0] == "actors" and value}
        troubles = list(resolve.find_word_troubles(known, own_acts, own_actors)) or [
            *resolve.find_troubles(known),
            *resolve.find_scenario_troubles(known, scenarios),
        ]
        documents: dict[Key, Document] = {}
        for trouble in troubles:
            self.problems.append(self.locate(trouble, documents))
        self.stop_if_wrong()

    def locate(self, trouble: Trouble, documents: dict[Key, Document]) -> InputError:
        """The place of a trouble in the file of its object; of what is added to, in the file that adds it."""
        from foedus.loading.schema import in_file

        kind, name = trouble.key
        if kind in SINGLE:  # the user's file and the shipped one
            found = [key for key in reversed(self.paths) if key[0] == kind]
        else:
            found = [key for key in ((kind, name), (f"shipped {kind}", name)) if key in self.paths]
        asked = self._in_own_part(trouble.path, self.loaded[found[0]]) if kind == "scenario" and found else trouble.path
        for key in found:
            if key not in documents:
                documents[key] = self.document(key)
            path = in_file(kind, asked, documents[key])
            if path[:2] in documents[key].values or key == found[-1]:
                return InputError(trouble.message, documents[key].place(path, key=trouble.at_key), trouble.hint)
        return InputError(trouble.message, None, trouble.hint)

    def _in_own_part(self, path: tuple[str | int, ...], scenario: Scenario) -> tuple[str | int, ...]:
        """Where a path in an extended scenario leads in its own file: to its own events, or to what it changes."""
        base = self.find("scenario", scenario.extends) if scenario.extends else None
        if base is None:
            return path
        before = self.extended(base).events
        match path:
            case ("events", int(index), *rest) if index >= len(before):
                return ("events", index - len(before), *rest)
            case ("events", int(index), *rest):
                return ("change", before[index].id, *rest) if before[index].id in scenario.change else ("extends",)
            case ("clauses", *_) if not scenario.clauses:
                return ("extends",)
        return path

    def stop_if_wrong(self) -> None:
        """Raise what has been found to be wrong so far, all of it.

        Raises:
            InputErrors: if anything is.
        """
        if self.problems:
            raise InputErrors(self.problems)


def _read_bytes(path: Path, label: str) -> bytes:
    try:
        if path.is_file() and path.stat().st_size <= _PLAIN:
            return path.read_bytes()
    except OSError:
        pass  # read_text says what is wrong, in our words
    from foedus.loading.document import read_text

    return read_text(path, label)[0]


_PLAIN = 1_000_000


def _add_to(below: TermEntry | None, above: TermEntry) -> TermEntry:
    """A term of the user's on top of the shipped one: its definitions are added or replace namesakes.

    What else it says stands in place of what the shipped one says.
    """
    if below is None:
        return above
    return replace(
        above,
        title=above.title or below.title,
        question=above.question or below.question,
        default=above.default or below.default,
        properties={**below.properties, **above.properties},
        definitions={**below.definitions, **above.definitions},
        broader_than=tuple(dict.fromkeys((*below.broader_than, *above.broader_than))),
        excludes=tuple(dict.fromkeys((*below.excludes, *above.excludes))),
        note=above.note or below.note,
    )


def _merge(below: Vocabulary, above: Vocabulary) -> Vocabulary:
    return Vocabulary(
        above.vocabulary,
        {**below.acts, **above.acts},
        {**below.attributes, **above.attributes},
        {**below.groups, **above.groups},
    )


def _overlay_ids(treaty: Treaty | None) -> Iterator[str]:
    for clause in treaty.clauses.values() if treaty else ():
        yield from clause.overlays
