"""Bad input ends in exit code 2 and located messages, never in a traceback: golden files, one a kind of mistake.

`tests/bad/NAME.yaml` is what a user wrote, `NAME.err` what foedus answers. A file whose first key is not `scenario`
is laid into a folder of rules and used with `--rules`. Record anew with
`FOEDUS_RECORD=1 pytest tests/test_bad_input.py` and look at `git diff`.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

BAD = Path(__file__).parent / "bad"
FOLDERS = {"term": "terms", "treaty": "treaties", "overlay": "overlays", "profile": "profiles"}
RECORD = os.environ.get("FOEDUS_RECORD") == "1"
PATIENCE = 1.0


def foedus(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "foedus", *arguments]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "100", "FOEDUS_CACHE": "off"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=False)


def answer_to(file: Path, tmp_path: Path) -> str:
    """What foedus says to a file, its place in the temporary folder left out."""
    kind = file.read_bytes().partition(b":")[0].strip().decode(errors="replace")
    if kind in FOLDERS or kind in {"vocabulary", "actors"}:
        folder = tmp_path / "rules" / FOLDERS.get(kind, ".")
        folder.mkdir(parents=True)
        name = f"{kind}.yaml" if kind in {"vocabulary", "actors"} else file.name
        shutil.copy(file, folder / name)
        result = foedus("check", "--rules", "rules", cwd=tmp_path)
    else:
        shutil.copy(file, tmp_path / file.name)
        result = foedus("run", file.name, cwd=tmp_path)
    assert result.returncode == 2, result.stdout
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    return result.stderr


@pytest.mark.parametrize("name", sorted(path.stem for path in BAD.glob("*.yaml")))
def test_a_bad_file_is_answered_as_recorded(name: str, tmp_path: Path) -> None:
    found = answer_to(BAD / f"{name}.yaml", tmp_path)
    golden = BAD / f"{name}.err"
    if RECORD:
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")
    assert found.strip(), "a message"


def test_every_recorded_answer_has_its_file() -> None:
    assert {path.stem for path in BAD.glob("*.err")} == {path.stem for path in BAD.glob("*.yaml")}


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
    assert answer == "binary.yaml: not a text file: byte 129 is not UTF-8\n  hint: save the file as UTF-8 text\n"


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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "2024-kurks"], "unknown scenario `2024-kurks`\n  hint: did you mean `2024-kursk`?\n"),
        (["run", "2024-kursk", "--profile", "moscw"], "unknown profile `moscw`\n  hint: did you mean `moscow`?\n"),
        (
            ["run", "2024-kursk", "--define", "armed-atack=any-force"],
            "unknown choice `armed-atack`\n  hint: did you mean `armed-attack`?\n",
        ),
        (
            ["run", "2024-kursk", "--define", "armed-attack=any-forse"],
            "unknown definition `any-forse` of `armed-attack`\n  hint: did you mean `any-force`?\n",
        ),
        (
            ["run", "2024-kursk", "--define", "armed-attack"],
            "`--define armed-attack` is not of the shape TERM=DEFINITION\n",
        ),
        (["run", "2024-kursk", "--account", "Rusia"], "unknown actor `Rusia`\n  hint: did you mean `RUS` (Russia)?\n"),
        (
            ["run", "2024-kursk", "--on", "2024-02-30"],
            "`2024-02-30` is not a date\n  hint: write a day that exists as YYYY-MM-DD\n",
        ),
        (["run", "2024-kursk", "--clause", "nato-1949/art-55"], None),
        (["run", "2024-kursk", "--rules", "nowhere"], "nowhere: no such folder\n  hint: `foedus init DIR` makes one\n"),
        (["show", "armed-atack"], "nothing is called `armed-atack`\n  hint: did you mean `armed-attack`?\n"),
        (["matrix", "2024-kursk", "--profiles", "moscw"], "unknown profile `moscw`\n  hint: did you mean `moscow`?\n"),
        (
            ["matrix", "2024-kursk", "--define", "armed-atack=*"],
            "unknown term `armed-atack`\n  hint: did you mean `armed-attack`?\n",
        ),
    ],
)
def test_a_wrong_option_is_named_with_the_nearest_right_one(
    arguments: list[str], message: str | None, tmp_path: Path
) -> None:
    answer = within_patience(*arguments, cwd=tmp_path)
    assert message is None or answer == message


def test_problems_come_as_json_where_json_is_asked_for(tmp_path: Path) -> None:
    result = foedus("run", "nowhere.yaml", "--json", cwd=tmp_path)
    assert result.returncode == 2
    assert '"path": "nowhere.yaml"' in result.stdout
