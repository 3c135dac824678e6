"""Duties that one obligor cannot both perform, in treaties made up so that little else is in the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from foedus.incompatible import Incompatible, find_incompatible
from foedus.loading.library import Library

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
TERM = """\
term: planted
title: planted
question: Is it so?
default: first
definitions:
"""
ACTS = {"first": "blockade", "second": "bombardment", "third": "occupation", "fourth": "invasion"}


def planted(folder: Path, **treaties: str) -> list[Incompatible]:
    """The pairs in these treaties alone."""
    definitions = (
        f"  {name}:\n    title: {name}\n    source: {{title: made up for a test}}\n    holds_when: {{act: {act}}}\n"
        for name, act in ACTS.items()
    )
    for kind in ("treaties", "terms"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    (folder / "terms" / "planted.yaml").write_text(TERM + "".join(definitions), encoding="utf-8")
    for name, text in treaties.items():
        (folder / "treaties" / f"{name}.yaml").write_text(text.replace("NAME", name), encoding="utf-8")
    rules = Library(folder).everything()
    rules = replace(rules, treaties={name: rules.treaties[name] for name in treaties})
    return list(find_incompatible(rules, [f"{name}/art-1" for name in treaties]))


BOTH_SIDES = TREATY.replace("TRIGGER", "{term: planted}")


def test_each_clause_is_read_under_its_defaults_from_the_first_question_on(tmp_path: Path) -> None:
    (pair,) = planted(tmp_path, one=BOTH_SIDES)
    assert [event.act.value for event in pair.scenario.events] == ["blockade"] * 2
