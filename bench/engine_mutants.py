"""Mutants of the evaluators: one operator, constant, branch or argument changed, and tests run on a copy."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import inspect
import io
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent
MODULES = ["formula", "ground", "derivation", "reference", "residual", "diagram", "readings", "rete"]
PATIENCE = 60
"""Seconds of the processor after which a mutant that has not ended counts as killed."""

SWAPPED: dict[type[ast.AST], list[type[ast.AST]]] = {
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Lt: [ast.LtE, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Add],
    ast.FloorDiv: [ast.Mult],
    ast.BitOr: [ast.BitAnd],
    ast.BitAnd: [ast.BitOr],
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class EngineMutant:
    """A module with one thing changed; the node of that number in that way."""

    module: str
    name: str
    number: int
    way: int

    @property
    def source(self) -> str:
        """The module with the change."""
        tree = _numbered(self.module)
        target = next(node for node in ast.walk(tree) if node.number == self.number)  # type: ignore[attr-defined]
        _, change = list(_changes(target))[self.way]
        change(target)
        return ast.unparse(ast.fix_missing_locations(tree))


def _numbered(module: str) -> ast.Module:
    tree = ast.parse((ROOT / "engine" / "foedus" / f"{module}.py").read_text(encoding="utf-8"))
    for number, node in enumerate(ast.walk(tree)):
        node.number = number  # type: ignore[attr-defined]
    return tree


def mutants(module: str) -> list[EngineMutant]:
    """Every mutant of a module, in the order of its lines."""
    tree = _numbered(module)
    skipped, homes = set(_skipped(tree)), _homes(tree, module)
    out: list[EngineMutant] = []
    times = Counter[str]()
    for node in sorted(ast.walk(tree), key=lambda each: getattr(each, "lineno", 0)):
        number = node.number  # type: ignore[attr-defined]
        if number not in skipped:
            for way, (what, _) in enumerate(_changes(node)):
                name = f"{homes[number]}: {what}"
                times[name] += 1
                out.append(EngineMutant(module, name + "'" * (times[name] - 1), number, way))
    return out


def _homes(tree: ast.AST, home: str) -> dict[int, str]:
    """Node to the function or class that it stands in, from the module on; names of mutants outlive other changes."""
    out = {}
    for node in ast.iter_child_nodes(tree):
        inner = f"{home}.{node.name}" if isinstance(node, ast.FunctionDef | ast.ClassDef) else home
        out[node.number] = inner  # type: ignore[attr-defined]
        out |= _homes(node, inner)
    return out


def _skipped(tree: ast.AST) -> Iterator[int]:
    """What no finding can hang on: annotations, decorators, doc strings, messages, checks, imports for types."""
    for node in ast.walk(tree):
        inside: list[ast.AST | None] = []
        match node:
            case ast.FunctionDef():
                arguments = [*node.args.args, *node.args.kwonlyargs]
                inside = [node.returns, *node.decorator_list, *(each.annotation for each in arguments)]
            case ast.ClassDef():
                inside = [*node.decorator_list]
            case ast.AnnAssign():
                inside = [node.annotation]
            case ast.Raise() | ast.JoinedStr() | ast.Import() | ast.ImportFrom() | ast.Assert():
                inside = [node]
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                inside = [node]
            case ast.Call(func=ast.Name(id="zip")):
                inside = [each for each in node.keywords if each.arg == "strict"]  # what is zipped is of one length
        for each in inside:
            if each is not None:
                yield from (part.number for part in ast.walk(each))  # type: ignore[attr-defined]


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[ast.AST], None]]]:
    """Each way to change a node: in words, and as a function that changes a copy of it in place."""
    match node:
        case ast.Compare(ops=ops):
            for index, op in enumerate(ops):
                for other in SWAPPED[type(op)]:
                    yield f"`{ast.unparse(node)}` with {other.__name__}", _set_item("ops", index, other())
        case ast.BinOp(op=op) if type(op) in SWAPPED:
            for other in SWAPPED[type(op)]:
                yield f"`{ast.unparse(node)}` with {other.__name__}", _set("op", other())
        case ast.BoolOp(op=op, values=values):
            opposite = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield f"`{ast.unparse(node)}` with {type(opposite).__name__}", _set("op", opposite)
            for index, value in enumerate(values):
                yield f"`{ast.unparse(value)}` left out", _drop("values", index)
        case ast.UnaryOp(op=ast.Not()):
            yield f"`{ast.unparse(node)}` without not", _set("op", _Itself())
        case ast.Constant(value=bool(value)):
            yield f"{value} turned", _set("value", not value)
        case ast.Constant(value=int(value)):
            yield f"{value} one more", _set("value", value + 1)
        case ast.If() | ast.IfExp() | ast.While():
            yield f"`{ast.unparse(node.test)}` negated", _negate
        case ast.comprehension(ifs=[*conditions]):
            for index, condition in enumerate(conditions):
                yield f"filter `{ast.unparse(condition)}` left out", _drop("ifs", index)
        case ast.Call(func=ast.Name(id=name)) if name in NAMES:
            yield f"{name} for {NAMES[name]}", _set("func", ast.Name(NAMES[name], ast.Load()))
        case ast.Call(args=[_, *_], keywords=[]) if len(node.args) > 1:
            yield f"`{ast.unparse(node)}` without its last argument", _drop("args", len(node.args) - 1)
        case ast.Call(keywords=[_, *_]) if ast.unparse(node.func) != "zip":
            for index, keyword in enumerate(node.keywords):
                yield f"`{ast.unparse(node.func)}` without {keyword.arg}", _drop("keywords", index)
        case ast.Match(cases=cases):
            for index, case in enumerate(cases):
                if len(cases) > 1:
                    yield f"case `{ast.unparse(case.pattern)}` left out", _drop("cases", index)
        case ast.Return(value=ast.expr()) if not isinstance(node.value, ast.Constant):
            yield f"`{ast.unparse(node)}` returning None", _set("value", ast.Constant(None))
        case ast.AugAssign():
            yield f"`{ast.unparse(node)}` left out", _to_nothing


class _Itself(ast.unaryop):
    """No operation; unparsed as `not not`."""


def _set(field: str, value: object) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        if isinstance(value, _Itself) and isinstance(node, ast.UnaryOp):
            node.operand = ast.UnaryOp(ast.Not(), node.operand)
        else:
            setattr(node, field, value)

    return change


def _set_item(field: str, index: int, value: object) -> Callable[[ast.AST], None]:
    return lambda node: getattr(node, field).__setitem__(index, value)


def _drop(field: str, index: int) -> Callable[[ast.AST], None]:
    return lambda node: getattr(node, field).__delitem__(index)


def _negate(node: ast.AST) -> None:
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        node.test = ast.UnaryOp(ast.Not(), node.test)


def _to_nothing(node: ast.AST) -> None:
    if isinstance(node, ast.AugAssign):
        node.value = ast.Constant(0) if isinstance(node.value, ast.Constant) else ast.List([], ast.Load())


Changed = tuple[str, str, str]
"""A module, what is changed in it, and its source with the change."""


def sample(modules: list[str], size: int, seed: int) -> list[Changed]:
    """So many mutants of each module, the same for the same seed; all for a size of 0."""
    out: list[Changed] = []
    for module in modules:
        found = mutants(module)
        chosen = random.Random(f"{seed} {module}").sample(found, min(size or len(found), len(found)))
        out += [(mutant.module, mutant.name, mutant.source) for mutant in chosen]
    return out


# Judging

LAWS, SPACE, AGREE = "tests/laws/test_laws.py", "tests/laws/test_readings.py", "tests/test_executors_agree.py"
HAND = ["tests/test_evaluation.py", "tests/treaties/test_nato.py"]
SHIPPED, MISTAKES = "shipped", "mistakes"
EVALUATED = [(HAND, 1), ([SHIPPED], 1), ([LAWS, AGREE], 15), ([SPACE], 3), ([LAWS, AGREE], 100)]
SPACES = [(HAND, 1), ([SPACE], 3), ([AGREE], 15), ([SPACE], 15)]
STAGES: dict[str, list[tuple[list[str], int]]] = {
    # which tests are run one after another, and with how many generated examples
    **dict.fromkeys(("ground", "derivation", "reference", "rete"), EVALUATED),
    "formula": [(HAND, 1), ([MISTAKES], 1), *EVALUATED[1:]],
    **dict.fromkeys(("residual", "diagram", "readings"), SPACES),
}
SOME_SHIPPED = [
    "2024-kursk",
    "hypo-two-adversaries",
    "hypo-locarno-border",
    "hypo-pyanj-ladder",
    "2022-donbas",
    "2021-sotk",
]


def judged(chosen: list[Changed], part: int, stages: int) -> list[tuple[str, str, str | None]]:
    """The verdict on each mutant; a copy of the project is changed, never the project."""
    for needed in ("hypothesis.strategies", "pydantic", "pytest", "yaml", "durable.engine"):
        with contextlib.suppress(ImportError):
            importlib.import_module(needed)  # so that no child has to
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for kept in ("engine", "rules", "scenarios", "tests"):
            shutil.copytree(ROOT / kept, copy / kept, ignore=shutil.ignore_patterns("__pycache__"))
        os.environ["FOEDUS_CACHE"] = str(copy / "cache")
        out = []
        for index, (module, name, source) in enumerate(chosen):
            target = copy / "engine" / "foedus" / f"{module}.py"
            original, stamp = target.read_bytes(), target.stat().st_mtime_ns
            target.write_text(source, encoding="utf-8")
            if module == "formula":
                os.environ["FOEDUS_CACHE"] = "off"  # what the original read must not pass for what the mutant reads
            begun = time.monotonic()
            killer = _killer(copy, module, stages)
            target.write_bytes(original)
            os.utime(target, ns=(stamp, stamp))
            os.environ["FOEDUS_CACHE"] = str(copy / "cache")
            out.append((module, name, killer))
            shown = f"process {part + 1}: {index + 1} of {len(chosen)}, {time.monotonic() - begun:.0f} s"
            print(f"{shown}, {killer or 'SURVIVES'}: {name}", file=sys.stderr, flush=True)
        return out


def _killer(copy: Path, module: str, stages: int) -> str | None:
    """The test that fails on the copy, each stage in a process that has foedus yet to import; `None` if none does."""
    for files, examples in STAGES[module][:stages]:
        told = copy / "told"
        told.unlink(missing_ok=True)
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
                _run(copy, files, examples, told)
                os._exit(0)
            os._exit(1)
        _, status = os.waitpid(child, 0)
        if status:
            return told.read_text(encoding="utf-8") if told.exists() else "import"
    return None


def _run(copy: Path, files: list[str], examples: int, told: Path) -> None:
    """Run tests of the copy until one fails; `told` holds the name of the one that runs."""
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    os.chdir(copy)
    sys.path[:0] = [str(copy / "engine"), str(copy / "tests")]
    for name in [each for each in sys.modules if each.partition(".")[0] == "foedus"]:
        del sys.modules[name]  # the parent's
    sys.dont_write_bytecode = True
    if files == [MISTAKES]:
        _see_that_mistakes_are_told(copy, told)
        return
    if files == [SHIPPED]:
        from foedus.loading.library import Library
        from foedus.run import meets

        library = Library()
        for name in SOME_SHIPPED:
            told.write_text(name, encoding="utf-8")
            scenario = library.scenario(name)
            known = library.rules_for({each.clause for each in scenario.expect})
            assert all(meets(known, scenario, each)[0] for each in scenario.expect)
        return
    for file in files:
        for name, test in _tests(copy / file, examples):
            told.write_text(name, encoding="utf-8")
            test()


def _see_that_mistakes_are_told(copy: Path, told: Path) -> None:
    """Files with mistakes are answered as recorded."""
    import test_bad_input
    from foedus.cli import main

    os.environ |= {"COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}
    for name in test_bad_input.CASES:
        told.write_text(name, encoding="utf-8")
        case = test_bad_input.BAD / name
        folder = copy / "mistakes" / name
        folder.mkdir(parents=True, exist_ok=True)
        os.chdir(folder)
        said = io.StringIO()

        def answer(*arguments: str, said: io.StringIO = said) -> str:
            sys.argv = ["foedus", *arguments]
            with contextlib.redirect_stderr(said), contextlib.suppress(SystemExit):
                main()
            return said.getvalue()

        try:
            found = test_bad_input.answer_to(case if case.is_dir() else case.with_suffix(".yaml"), folder, answer)
        finally:
            shutil.rmtree(folder)
        assert found == case.with_suffix(".err").read_text(encoding="utf-8")


def _tests(file: Path, examples: int) -> Iterator[tuple[str, Callable[[], None]]]:
    """The tests of a file that need nothing given to them; generated examples are few, and the same every time."""
    from hypothesis import Phase, settings

    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        return
    module: Any = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    if hasattr(module, "MOST_READINGS"):
        module.MOST_READINGS, module.MOST_COMPLETIONS = 80, 40
    if hasattr(module, "CHUNKS"):
        module.CHUNKS = max(1, examples // 15)
    homes = [
        module,
        *(each() for name, each in vars(module).items() if name.startswith("Test") and each.__module__ == file.stem),
    ]
    for home in homes:
        for name in dir(home):
            test = getattr(home, name)
            if not name.startswith("test_") or inspect.signature(test).parameters:
                continue
            own = getattr(test, "_hypothesis_internal_use_settings", None)
            if own is not None:
                phases = [Phase.explicit, Phase.generate]
                few = settings(own, max_examples=examples, derandomize=True, database=None, phases=phases)
                test._hypothesis_internal_use_settings = few  # noqa: SLF001 - there is no other way from outside
            yield name, test
