"""Duties that one obligor cannot both perform, in treaties made up so that little else is in the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from foedus.cli import app
from foedus.incompatible import Incompatible, find_incompatible
from foedus.loading.library import Library
from foedus.prover import Proofs
from foedus.report.proofs import files_of
from test_proofs import TERM, definition
from typer.testing import CliRunner

if TYPE_CHECKING:
    from pathlib import Path

TREATY = """\
treaty: NAME
title: A treaty made up for a test
short: Made up
signed: 2000-01-01
in_force: {from: 2000-01-01}
parties: {FRA: {}, DEU: {}, GBR: {}, ITA: {}}
source: {title: made up for a test}
clauses:
  art-1:
    title: help
    article: article 1
    kind: defense
    obligors: [FRA]
    trigger: TRIGGER
    duty: {discretion: none}
"""
ACTS = {"first": "blockade", "second": "bombardment", "third": "occupation", "fourth": "invasion"}


def planted(folder: Path, **treaties: str) -> list[Incompatible]:
    """The pairs in these treaties alone."""
    definitions = (definition(name, f"    holds_when: {{act: {act}}}") for name, act in ACTS.items())
    for kind in ("treaties", "terms"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    (folder / "terms" / "planted.yaml").write_text(TERM + "".join(definitions), encoding="utf-8")
    for name, text in treaties.items():
        (folder / "treaties" / f"{name}.yaml").write_text(text.replace("NAME", name), encoding="utf-8")
    rules = Library(folder).everything()
    rules = replace(rules, treaties={name: rules.treaties[name] for name in treaties})
    return list(find_incompatible(rules, [f"{name}/art-1" for name in treaties]))


BOTH_SIDES = TREATY.replace("TRIGGER", "{term: planted}")
TO_BRITAIN = BOTH_SIDES.replace("    trigger", "    beneficiaries: [GBR]\n    trigger")


def test_each_clause_is_read_under_its_defaults_from_the_first_question_on(tmp_path: Path) -> None:
    (pair,) = planted(tmp_path, one=BOTH_SIDES)
    assert [event.act.value for event in pair.scenario.events] == ["blockade"] * 2


def test_help_is_owed_to_beneficiaries_alone(tmp_path: Path) -> None:
    pairs = planted(tmp_path, one=TO_BRITAIN, two=BOTH_SIDES)
    assert [pair.clauses for pair in pairs] == [("one/art-1", "two/art-1"), ("two/art-1", "two/art-1")]
    assert pairs[0].cases[0].beneficiary == "GBR"


def test_the_scenario_of_a_pair_can_be_run(tmp_path: Path) -> None:
    pairs = planted(tmp_path / "rules", one=TO_BRITAIN, two=BOTH_SIDES)
    for name, text in files_of(Proofs((), tuple(pairs))).items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    shown = [str(path) for path in tmp_path.glob("both-*.yaml")]
    tested = CliRunner().invoke(app, ["test", *shown, "--rules", str(tmp_path / "rules")])
    assert len(shown) == len(pairs)
    assert tested.exit_code == 0, tested.output
