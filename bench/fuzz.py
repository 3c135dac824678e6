"""A coverage-guided search for input that foedus does not answer as it should.

    python bench/fuzz.py --target loader --seconds 60 --seed 1 --keep found
    python bench/fuzz.py --target run --seconds 60

`loader`: whatever a file holds, there is an object or there are located problems, soon, and nothing else.
`run`: a changed shipped scenario, a clause and a reading have findings, and both executors make the same.

Input is made by changing shipped files where they have structure, and kept where it reaches lines in an order that no
input before it did. It is tried in a child process, so that a crash or a hang there is found and not suffered. With
`--engine atheris`, where atheris is installed, that library's own search drives the same changes and checks.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import json
import multiprocessing
import os
import random
import re
import resource
import sys
import tempfile
import time
import traceback
import warnings
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import foedus
from foedus import reference, rete
from foedus.derivation import conclude
from foedus.errors import InputErrors
from foedus.formula import All, AnyOf, Not, Some, parse_formula, write_formula
from foedus.ground import Facts, Reading, Rules, find_situations
from foedus.loading import resolve
from foedus.loading.document import parse
from foedus.loading.library import FOLDERS, Library, shipped
from foedus.loading.schema import KINDS, adapter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from types import CodeType, FrameType

ROOT = str(Path(foedus.__file__).parent)
PATIENCE = 10.0
RENEW = {"loader": 2000, "run": 100}
"""Runs of one child; durable-rules keeps some of the memory of every rule set."""
MOST_CASES = 2
"""Cases judged in a run; those of a large alliance are much alike."""
JARGON = re.compile(r"NoneType|pydantic|dataclass|validator|Traceback|<class|\bdict\b|\btuple\b|__")

BASE = Library()
EVERYTHING = BASE.everything()
SCENARIOS = BASE.all_of("scenario")
IDS = {kind: set(each) for kind, each in BASE.index.items()}


# What is checked


def find_failure_of_loader(data: bytes, folder: Path) -> str | None:
    """How the answer to a file's bytes falls short, if it does."""
    head = re.search(rb"^[\"{ ]*(scenario|term|treaty|overlay|profile|vocabulary|actors)\"? *:", data, re.MULTILINE)
    kind = head.group(1).decode() if head else "scenario"
    named = re.search(rb"^[\"{ ]*" + kind.encode() + rb"\"? *: *[\"']?([a-z0-9-]{1,40})", data, re.MULTILINE)
    path = folder / f"{named.group(1).decode() if named else 'mutant'}.yaml"
    path.write_bytes(data)
    library = Library(loaded=dict(BASE.loaded), paths=dict(BASE.paths))
    library.__dict__ |= {"index": {k: dict(v) for k, v in BASE.index.items()}, "actors": BASE.actors}
    library.vocabulary  # noqa: B018 - read before the folder changes
    try:
        if kind == "scenario":
            library.loaded.pop((kind, path.stem), None)
            scenario = library.scenario(str(path))
            library.check(replace(EVERYTHING, terms={}, treaties=_some_treaties(scenario.clauses), overlays={},
                                  profiles={}), [scenario])  # fmt: skip
            return None
        library.loaded.pop((kind, path.stem), None)
        value = library.read(kind, path.stem, path)
        if value is not None and kind in FOLDERS:
            library.index[kind][path.stem] = path
            own: dict[str, dict[str, Any]] = {name: {} for name in ("term", "treaty", "overlay", "profile")}
            own["term"] = {"temporal-scope": EVERYTHING.terms["temporal-scope"]}
            own[kind] = {path.stem: value}
            library.check(Rules(BASE.vocabulary, BASE.actors, own["term"], own["treaty"], own["overlay"],
                                own["profile"]))  # fmt: skip
        library.stop_if_wrong()
    except InputErrors as errors:
        for problem in errors.problems:
            if problem.place is None:
                return f"no place: {problem.message}"
            said = re.sub("`[^`]*`", "", f"{problem.message} {problem.hint}")  # what the file says is its own affair
            if not problem.message or JARGON.search(said):
                return f"not in the words of the domain: {problem}"
        str(errors)
    finally:
        path.unlink(missing_ok=True)
    return None


def _some_treaties(clauses: Iterable[str]) -> dict[str, Any]:
    names = {clause.partition("/")[0] for clause in clauses}
    return {name: treaty for name, treaty in EVERYTHING.treaties.items() if name in names}


def find_failure_of_run(data: bytes, folder: Path) -> str | None:
    """How the findings of a scenario, a clause and a reading fall short, if they do."""
    asked = json.loads(data)
    path = folder / "mutant.yaml"
    path.write_text(json.dumps(asked["scenario"]), encoding="utf-8")
    library = Library(loaded=dict(BASE.loaded), paths=dict(BASE.paths))
    library.__dict__ |= {"index": BASE.index, "actors": BASE.actors}
    try:
        scenario = library.scenario(str(path))
        known = resolve.Known(EVERYTHING, IDS)
        if list(resolve.find_scenario_troubles(known, [scenario])):
            return None
    except InputErrors:
        return None
    rules = EVERYTHING
    treaty, clause = rules.clause(asked["clause"])
    if asked["trigger"] is not None:
        # whatever a clause says, as long as it names what there is
        trigger = parse_formula(asked["trigger"])
        versions = tuple(replace(version, trigger=trigger) for version in clause.versions)
        clauses = {**treaty.clauses, asked["clause"].partition("/")[2]: replace(clause, versions=versions)}
        rules = replace(rules, treaties={**rules.treaties, treaty.treaty: replace(treaty, clauses=clauses)})
    facts = Facts(scenario, asked["account"], date.fromisoformat(asked["on"]) if asked["on"] else None)
    for number, situation in enumerate(islice(find_situations(rules, facts, asked["clause"]), MOST_CASES)):
        reading = Reading(asked["choices"], rules)
        expected = reference.judge(situation, reading)
        finding = conclude(situation, expected)
        if finding.casus not in {"arises", "does-not-arise", "undetermined"}:
            return f"a casus that there is not: {finding.casus}"
        if number < 1 and rete.is_available():
            with contextlib.suppress(rete.TooLargeError):
                found = rete.judge(situation, reading)
                if (found.casus, found.steps) != (expected.casus, expected.steps):
                    return f"the executors differ on {situation.case}"
    return None


TARGETS: dict[str, Callable[[bytes, Path], str | None]] = {
    "loader": find_failure_of_loader,
    "run": find_failure_of_run,
}


# How input is changed

TRAPS: list[Any] = [
    None, True, False, "", "NO", "yes", "on", "12:30", "0o7", "1e3", "2026-02-30", "2024-12-04", "0001-01-01",
    "9999-12-31", 0, -1, 1, 2**31, 2**53 + 1, 10**17, -(10**17), 1.5, [], {}, [[]], [None], {"": ""}, "unknown",
    "ongoing", "none", "others", "$", "$m", "$and", "$floor", "*", "a.b", "a/b", "/", ".", "=", "\u0000", "\ud7ff",
    "é" * 40, "a" * 300, "\n", "  ", "{disputed: {RUS: true}}", {"disputed": {}}, {"disputed": {"RUS": None}},
    {"at_least": 1, "of": []}, {"term": "armed-attack"}, {"not": {"not": True}}, {"from": "2000-01-01"},
]  # fmt: skip
BYTES = [b"\x00", b"\t", b"\xff", b"\xef\xbb\xbf", b"\r", b"\r\n", b"&a ", b"*a", b"!!x ", b"---\n", b"...\n", b"{",
         b"}", b"[", b"]", b": ", b"- ", b"? ", b"<<: ", b"|\n", b">\n", b'"', b"'", b"#", b"%", b"@", b"\xc2\xa0",
         b"\xe2\x80\xa8", b"\xf0\x9f\x92\xa5", b"\x1b", b"9" * 30]  # fmt: skip


def seeds(target: str) -> list[bytes]:
    """What the search starts from."""
    if target == "loader":
        paths = [path for root in ("rules", "scenarios") for path in sorted(shipped(root).rglob("*.yaml"))]
        return [path.read_bytes() for path in paths if path.stat().st_size < 20_000]
    out = []
    for name in sorted(SCENARIOS)[::5]:
        scenario = parse(BASE.index["scenario"][name].read_text(encoding="utf-8"), name).data
        assert isinstance(scenario, dict)
        scenario = {"scenario": "mutant", **{k: v for k, v in scenario.items() if k not in {"scenario", "expect"}}}
        for clause in BASE.extended(SCENARIOS[name]).clauses:
            asked = {"scenario": scenario, "clause": clause, "choices": {}, "account": None, "on": None,
                     "trigger": None}  # fmt: skip
            out.append(json.dumps(asked).encode())
    return out


def nodes(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything in plain data."""
    out = [path]
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        out += nodes(value, (*path, key))
    return out


def at(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


def misspelt(text: str, chance: random.Random) -> str:
    if not text:
        return "x"
    spot = chance.randrange(len(text))
    return chance.choice([text[:spot] + text[spot + 1 :], text[:spot] + "x" + text[spot:], text.upper(), text + " "])


def change_data(data: Any, others: list[Any], chance: random.Random) -> None:
    """Change plain data somewhere, in place."""
    paths = [path for path in nodes(data) if path]
    if not paths:
        return
    path = chance.choice(paths)
    holder, key = at(data, path[:-1]), path[-1]
    other = chance.choice(others)
    trap = copy.deepcopy(chance.choice(TRAPS))
    match chance.randrange(7):
        case 0:
            del holder[key]
        case 1:
            holder[key] = trap
        case 2:
            holder[key] = copy.deepcopy(at(other, chance.choice(nodes(other))))
        case 3:
            holder[key] = chance.choice([[holder[key]], {"all": [holder[key]]}, {str(key): holder[key]}])
        case 4 if isinstance(holder, dict):
            holder[misspelt(str(key), chance)] = holder.pop(key)
        case 4:
            holder.insert(key, copy.deepcopy(holder[key]))
        case 5 if isinstance(holder[key], str):
            holder[key] = misspelt(holder[key], chance)
        case _ if isinstance(holder, dict):
            spot = chance.choice([each for each in nodes(other) if each] or [("x",)])
            holder[str(spot[-1])] = chance.choice([trap, copy.deepcopy(at(other, spot)) if len(spot) > 1 else "x"])


def change_loaded(data: bytes, corpus: list[bytes], chance: random.Random) -> bytes:
    """A file changed where it has structure, mostly, and otherwise in its bytes."""
    if chance.random() < 0.75:
        try:
            text = data.decode()
            changed = parse(text, "x").data
            other = parse(chance.choice(corpus).decode(errors="replace"), "y").data
        except InputErrors:
            pass
        except ValueError:
            pass
        else:
            for _ in range(chance.choice([1, 1, 1, 2, 4])):
                change_data(changed, [other, changed], chance)
            return json.dumps(changed, indent=chance.choice([None, 1]), ensure_ascii=chance.random() < 0.5).encode(
                errors="replace"
            )
    out = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8])):
        spot = chance.randrange(len(out) + 1)
        end = min(len(out), spot + chance.choice([1, 4, 30]))
        match chance.randrange(5):
            case 0:
                out[spot:spot] = chance.choice(BYTES)
            case 1:
                del out[spot:end]
            case 2:
                out[spot:spot] = out[spot:end] * chance.choice([1, 2, 50])
            case 3 if out:
                out[min(spot, len(out) - 1)] = chance.randrange(256)
            case _:
                other_bytes = chance.choice(corpus)
                out[spot:end] = other_bytes[: chance.randrange(len(other_bytes) + 1)][-60:]
    return bytes(out[:200_000])


def change_run(data: bytes, corpus: list[bytes], chance: random.Random) -> bytes:
    """A question with facts, events, reading, account, day or trigger changed, mostly to what there is."""
    asked = json.loads(data)
    for _ in range(chance.choice([1, 2, 3, 6])):
        events = asked["scenario"].setdefault("events", [])
        event = chance.choice(events) if events else None
        match chance.randrange(12):
            case 0 | 1 if event:
                name = chance.choice([*BASE.vocabulary.attributes, "happened"])
                event[name] = some_fact(name, chance)
            case 2 if event:
                event["act"] = chance.choice(list(BASE.vocabulary.acts))
            case 3 if event:
                event[chance.choice(["by", "against"])] = some_actor(asked, chance)
            case 4 if event:
                day = date.fromisoformat(str(event.get("date", "2000-01-01")))
                with contextlib.suppress(OverflowError):
                    event["date"] = (day + timedelta(days=chance.choice([-90000, -900, -1, 1, 900]))).isoformat()
                event.pop("until", None)
            case 5 if event:
                another = {**event, "id": chance.choice([f"c{len(events)}", f"x-{len(events)}", "é" * len(events)])}
                events.insert(chance.randrange(len(events) + 1), another)
            case 6 if events:
                events.pop(chance.randrange(len(events)))
            case 7 if event:
                event["about"] = chance.choice(events).get("id")
            case 8:
                term = chance.choice(list(EVERYTHING.terms.values()))
                asked["choices"][term.term] = name = chance.choice(list(term.definitions))
                for knob, setting in term.definitions[name].knobs.items():
                    asked["choices"][f"{term.term}.{knob}"] = chance.choice(setting.values)
            case 9:
                asked["choices"] |= chance.choice(list(EVERYTHING.profiles.values())).reading
            case 10:
                asked["account"] = chance.choice([None, *_actors_of(asked)])
                asked["on"] = chance.choice([None, None, "1900-01-01", "2024-10-31", "2030-01-01"])
            case _:
                asked["trigger"] = chance.choice([None, write_formula(some_formula(chance, 3))])
    if chance.random() < 0.1:
        asked["clause"] = json.loads(chance.choice(corpus))["clause"]
    return json.dumps(asked).encode()


def _actors_of(asked: Any) -> list[str]:
    text = json.dumps(asked["scenario"])
    return sorted(set(re.findall(r'"([A-Z]{3})"', text)))


def some_actor(asked: Any, chance: random.Random) -> Any:
    named = _actors_of(asked) or ["RUS"]
    one = chance.choice([*named, chance.choice(list(BASE.actors))])
    return chance.choice([one, one, [one, chance.choice(named)], "unknown", {"disputed": {named[0]: one}}])


def some_fact(name: str, chance: random.Random) -> Any:
    attribute = BASE.vocabulary.attribute(name)
    assert attribute is not None
    numbers = [0, 1, -1, 9, 10, 1000, 2**31, 2**53 + 1, 10**17]
    values: list[Any] = (
        [True, False] if attribute.type == "boolean" else numbers if attribute.type == "number"
        else list(attribute.values)
    )  # fmt: skip
    value = chance.choice([*values, "unknown"])
    return chance.choice([value, value, {"disputed": {"RUS": value, "others": chance.choice(values)}}])


POOL = [
    formula
    for treaty in EVERYTHING.treaties.values()
    for clause in treaty.clauses.values()
    for version in clause.versions
    for formula in (version.trigger, *version.scope.values(), *version.exceptions.values())
    if "wording" not in json.dumps(write_formula(formula))
]
"""Conditions that clauses state."""


def some_formula(chance: random.Random, depth: int) -> Any:
    if not depth or chance.random() < 0.3:
        return chance.choice(POOL)
    parts = tuple(some_formula(chance, depth - 1) for _ in range(chance.choice([1, 2, 3, 20 if depth == 1 else 4])))
    return chance.choice([All(parts), AnyOf(parts), Not(parts[0]), Some(parts[0])])


CHANGES = {"loader": change_loaded, "run": change_run}


# How it is tried


class Coverage:
    """The arcs from line to line inside foedus that a call went over."""

    def __init__(self) -> None:
        self.arcs: set[tuple[CodeType, int, int]] = set()

    def __enter__(self) -> None:
        sys.settrace(self._call)

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _call(self, frame: FrameType, event: str, argument: object) -> Any:  # noqa: ARG002
        code = frame.f_code
        if not code.co_filename.startswith(ROOT):
            return None
        last = 0
        arcs = self.arcs

        def line(frame: FrameType, event: str, argument: object) -> Any:  # noqa: ARG001
            nonlocal last
            if event == "line":
                arcs.add((code, last, frame.f_lineno))
                last = frame.f_lineno
            return line

        return line


def tried(target: str, data: bytes, folder: Path) -> str | None:
    """How the answer falls short, an exception included."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return TARGETS[target](data, folder)
    except Exception:  # noqa: BLE001 - this is what is looked for
        return traceback.format_exc(limit=-6)


def child(target: str, pipe: Connection, seen: set[tuple[str, int, int, int]]) -> None:
    """Try what comes, and send back how it fell short and the arcs that are new."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        while True:
            data = pipe.recv_bytes()
            coverage = Coverage()
            with coverage:
                failure = tried(target, data, Path(folder))
            arcs = {(c.co_filename, c.co_firstlineno, a, b) for c, a, b in coverage.arcs} - seen
            seen |= arcs
            pipe.send((failure, arcs))


class Tester:
    """A child process that tries input, renewed when it has tried much, died or hung."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.seen: set[tuple[str, int, int, int]] = set()
        self.process: BaseProcess | None = None
        self.runs = 0

    def fresh(self) -> None:
        self.stop()
        context = multiprocessing.get_context("fork")
        self.pipe, other = context.Pipe()
        process = context.Process(target=child, args=(self.target, other, self.seen), daemon=True)
        process.start()
        self.process = process
        other.close()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.pipe.close()
            self.process = None

    def try_out(self, data: bytes) -> tuple[str | None, bool]:
        """How it fell short, and whether it reached anything new."""
        if self.process is None or self.runs % RENEW[self.target] == 0:
            self.fresh()
        self.runs += 1
        self.pipe.send_bytes(data)
        try:
            if not self.pipe.poll(PATIENCE):
                self.stop()
                return f"no answer in {PATIENCE:.0f} seconds", False
            failure, arcs = self.pipe.recv()
        except (EOFError, ConnectionResetError):
            assert self.process is not None
            self.process.join()
            code = self.process.exitcode
            self.stop()
            return f"the process died: {code}", False
        self.seen |= arcs
        return failure, bool(arcs)


def keep(folder: Path | None, data: bytes, failure: str, number: int) -> None:
    print(f"\nfailure {number}: {failure.strip().splitlines()[-1]}")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:03}.input").write_bytes(data)
        (folder / f"{number:03}.failure").write_text(failure, encoding="utf-8")


def essence(failure: str) -> str:
    """What two failures of the same cause have in common."""
    lines = [line.strip() for line in failure.strip().splitlines()]
    places = [line for line in lines if line.startswith("File ")]
    return re.sub(r"`.*?`|'.*?'|\d+", "…", lines[-1] if not places else places[-1] + lines[-1].partition(":")[0])


def search(target: str, seconds: float, seed: int, folder: Path | None) -> int:
    """The number of different failures found."""
    chance = random.Random(seed)
    corpus = seeds(target)
    chance.shuffle(corpus)
    waiting = list(corpus)
    for kind in KINDS:
        adapter(kind)  # made once here, not in every child
    tester = Tester(target)
    failures: dict[str, int] = {}
    begun = shown = time.monotonic()
    while (now := time.monotonic()) - begun < seconds:
        fresh = bool(waiting)
        data = waiting.pop() if waiting else CHANGES[target](chance.choice(corpus[-400:] + corpus), corpus, chance)
        failure, is_new = tester.try_out(data)
        if failure is not None:
            kind = essence(failure)
            if kind not in failures:
                keep(folder, data, failure, len(failures) + 1)
            failures[kind] = failures.get(kind, 0) + 1
        elif is_new and not fresh:
            corpus.append(data)
        if now - shown > 20:
            shown = now
            print(f"{now - begun:5.0f} s  {tester.runs:7,} runs  {len(tester.seen):6,} arcs  {len(corpus):5,} inputs")
    tester.stop()
    lines = {(file, b) for file, _, _, b in tester.seen}
    print(
        f"{target}: {tester.runs:,} runs in {time.monotonic() - begun:.0f} s, {len(tester.seen):,} arcs over "
        f"{len(lines):,} lines, {len(corpus):,} inputs kept; {len(failures)} kinds of failure"
    )
    return len(failures)


def search_with_atheris(target: str, seconds: float, seed: int, folder: Path | None) -> None:
    """The same, driven by atheris; it ends the process by itself and prints its own numbers."""
    import atheris

    found: set[str] = set()
    work = Path(tempfile.mkdtemp())
    start = work / "seeds"
    start.mkdir()
    corpus = seeds(target)
    for number, data in enumerate(corpus):
        (start / str(number)).write_bytes(data)

    def one(data: bytes) -> None:
        if target == "run" and not data.startswith(b"{"):
            return
        failure = tried(target, data, work)
        if failure is not None and essence(failure) not in found:
            found.add(essence(failure))
            keep(folder, data, failure, len(found))

    def change(data: bytes, size: int, number: int) -> bytes:
        chance = random.Random(number)
        source = data if data in corpus or chance.random() < 0.9 else chance.choice(corpus)
        try:
            changed = CHANGES[target](source, corpus, chance)
        except (ValueError, KeyError, TypeError):
            changed = chance.choice(corpus)
        return changed if len(changed) <= size else data

    atheris.instrument_all()
    options = [f"-max_total_time={seconds:.0f}", f"-seed={seed}", "-max_len=200000", "-timeout=60",
               "-rss_limit_mb=6000", f"-artifact_prefix={folder or work}/"]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(start)], one, custom_mutator=change)
    atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--target", choices=sorted(TARGETS), required=True)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write failing input here")
    parser.add_argument("--engine", choices=["own", "atheris"], default="own")
    asked = parser.parse_args()
    os.environ["FOEDUS_CACHE"] = "off"
    if asked.engine == "atheris":
        search_with_atheris(asked.target, asked.seconds, asked.seed, asked.keep)
    else:
        sys.exit(bool(search(asked.target, asked.seconds, asked.seed, asked.keep)))


if __name__ == "__main__":
    main()
