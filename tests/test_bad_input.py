"""Bad input ends in exit code 2 and located messages, never in a traceback: golden files, one a kind of mistake.

`tests/bad/NAME.yaml` is what a user wrote, `NAME.err` what foedus answers. A file whose first key is not `scenario`
is laid into a folder of rules and used with `--rules`, as is a folder `tests/bad/NAME`. `command-lines.txt` holds
options and arguments that cannot be used, each with its answer: write a new one as `$ foedus …`. Record anew with
`FOEDUS_RECORD=1 pytest tests/test_bad_input.py` and look at `git diff`.
"""

from __future__ import annotations

import gc
import os
import shlex
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from foedus.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Answer = Callable[..., str]

BAD = Path(__file__).parent / "bad"
FOLDERS = {"term": "terms", "treaty": "treaties", "overlay": "overlays", "profile": "profiles"}
RECORD = os.environ.get("FOEDUS_RECORD") == "1"
PATIENCE = 1.0


def foedus(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "foedus", *arguments]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "100", "FOEDUS_CACHE": "off"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=False)


def answer_to(case: Path, folder: Path, answer: Answer) -> str:
    """What foedus says to a file or a folder of files, their place in the temporary folder left out."""
    if case.is_dir():
        shutil.copytree(case, folder / "rules")
        return answer("check", "--rules", "rules")
    kind = case.read_bytes().partition(b":")[0].strip().decode(errors="replace")
    if kind in FOLDERS or kind in {"vocabulary", "actors"}:
        own = folder / "rules" / FOLDERS.get(kind, ".")
        own.mkdir(parents=True)
        shutil.copy(case, own / (f"{kind}.yaml" if kind in {"vocabulary", "actors"} else case.name))
        return answer("check", "--rules", "rules")
    shutil.copy(case, folder / case.name)
    return answer("run", case.name)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def answer(
    cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Answer]:
    """What the command line says to arguments that it cannot use: exit code 2, nothing on the output, in time."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("FOEDUS_CACHE", str(cache))

    def ask(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["foedus", *arguments])
        begun = time.process_time()
        with pytest.raises(SystemExit) as end:
            main()
        assert time.process_time() - begun < 10 * PATIENCE  # a hang, not a slow machine
        said = capsys.readouterr()
        assert end.value.code == 2, said.out
        assert said.out == ""
        return said.err

    yield ask
    gc.enable()  # `main` leaves it off


CASES = sorted({path.stem if path.is_file() else path.name for path in BAD.iterdir() if path.suffix in {"", ".yaml"}})


@pytest.mark.parametrize("name", CASES)
def test_a_bad_file_is_answered_as_recorded(name: str, tmp_path: Path, answer: Answer) -> None:
    case = BAD / name if (BAD / name).is_dir() else BAD / f"{name}.yaml"
    found = answer_to(case, tmp_path, answer)
    golden = BAD / f"{name}.err"
    if RECORD:
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")
    assert found.strip(), "a message"


def test_every_recorded_answer_has_its_file() -> None:
    assert sorted(path.stem for path in BAD.glob("*.err")) == CASES


LINES = BAD / "command-lines.txt"


def lines_with_answers() -> dict[str, str]:
    """Command lines that cannot be used, and what foedus answers."""
    blocks = LINES.read_text(encoding="utf-8").split("$ foedus")[1:]
    return {block.partition("\n")[0].strip(): block.partition("\n")[2].rstrip("\n") + "\n" for block in blocks}


def lay_out(folder: Path) -> None:
    """Files that the command lines name."""
    (folder / "folder").mkdir()
    (folder / "taken.yaml").write_text("armed-attack: {nicaraga: 2}\narmd: {a: 1}\nstate-of-war: {declared: -1}\n")
    (folder / "half.yaml").write_text("armed-attack: {nicaragua: 1.5}\ndetermination: 5\n")
    (folder / "list.yaml").write_text("[armed-attack]\n")
    (folder / "broken.yaml").symlink_to("nowhere.yaml")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.yaml")


@pytest.mark.parametrize("line", lines_with_answers())
def test_a_command_line_that_cannot_be_used_is_answered_as_recorded(line: str, tmp_path: Path, answer: Answer) -> None:
    lay_out(tmp_path)
    found = answer(*shlex.split(line))
    if RECORD:
        recorded = {**lines_with_answers(), line: found}
        LINES.write_text("\n".join(f"$ foedus {each}\n{said}" for each, said in recorded.items()), encoding="utf-8")
    assert found == lines_with_answers()[line]
    assert found.strip(), "a message"


def within_patience(*arguments: str, cwd: Path) -> str:
    """The answer of a run on bad input, which takes little longer than a run on good input does."""
    begun = time.monotonic()
    result = foedus(*arguments, cwd=cwd)
    elapsed = time.monotonic() - begun
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert elapsed < 10 * PATIENCE  # a hang, not a slow machine
    return result.stderr


def test_a_file_of_ten_megabytes_is_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "large.yaml").write_bytes(b"scenario: large\n" + b"# padding\n" * 1_000_000)
    answer = within_patience("run", "large.yaml", cwd=tmp_path)
    assert (
        answer == "large.yaml: the file has 10,000,016 bytes; at most 1,000,000 are read\n"
        "  hint: split it into several files\n"
    )


def test_aliases_that_would_explode_are_refused(tmp_path: Path) -> None:
    lines = ["scenario: bomb", "a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    (tmp_path / "bomb.yaml").write_text("\n".join(lines))
    answer = within_patience("run", "bomb.yaml", cwd=tmp_path)
    assert "bomb.yaml:3:" in answer
    assert "an alias `*a0`" in answer


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_is_refused(opening: str, tmp_path: Path) -> None:
    (tmp_path / "deep.yaml").write_text("scenario: deep\nevents: " + opening * 20_000)
    within_patience("run", "deep.yaml", cwd=tmp_path)


def test_binary_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)) * 10)
    answer = within_patience("run", "binary.yaml", cwd=tmp_path)
    assert answer == "binary.yaml: not a text file\n  hint: save the file as UTF-8 text\n"


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "secret.yaml"
    file.write_text("scenario: secret\n")
    file.chmod(0)
    if os.access(file, os.R_OK):
        pytest.skip("this user may read everything")
    answer = within_patience("run", "secret.yaml", cwd=tmp_path)
    assert answer == "secret.yaml: cannot be read: permission denied\n"
    file.chmod(stat.S_IRUSR | stat.S_IWUSR)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file here that nobody can read from its start")
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "unreadable.yaml").symlink_to("/proc/self/mem")
    assert (
        within_patience("run", "unreadable.yaml", cwd=tmp_path)
        == "unreadable.yaml: cannot be read: input/output error\n"
    )


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert within_patience("run", "nowhere.yaml", cwd=tmp_path) == "nowhere.yaml: no such file\n"


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    assert "not a regular file" in within_patience("run", "folder.yaml", cwd=tmp_path)


def test_a_link_out_of_the_rules_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("term: outside\n")
    (tmp_path / "rules" / "terms").mkdir(parents=True)
    (tmp_path / "rules" / "terms" / "inside.yaml").symlink_to(outside)
    answer = within_patience("check", "--rules", "rules", cwd=tmp_path)
    assert "a link that leads out of its folder" in answer


def test_nothing_that_a_file_says_is_executed(tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    (tmp_path / "evil.yaml").write_text(f"scenario: !!python/object/apply:os.system ['touch {marker}']\n")
    assert "a tag" in within_patience("run", "evil.yaml", cwd=tmp_path)
    assert not marker.exists()


def test_problems_come_as_json_where_json_is_asked_for(tmp_path: Path) -> None:
    result = foedus("run", "nowhere.yaml", "--json", cwd=tmp_path)
    assert result.returncode == 2
    assert '"path": "nowhere.yaml"' in result.stdout
