"""What `foedus check --prove` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from foedus.loading.document import Document
    from foedus.loading.library import Library
    from foedus.proof import Property


def prove(library: Library, paths: Sequence[Path], witness: Path | None, *, long: bool, as_json: bool) -> None:
    """Prove what holds of all rules, show it, and end in exit code 1 if there is a fault."""
    from foedus.cli.commands import print_json
    from foedus.errors import InputError, InputErrors
    from foedus.loading.checking import ids_in
    from foedus.loading.resolve import Trouble
    from foedus.proof import OF_RUNGS
    from foedus.prover import PIECES, prove_all
    from foedus.report import proofs as report
    from foedus.report.page import Page
    from foedus.report.progress import progress

    rules = library.everything()
    ids = ids_in(library, paths)
    if not {"treaty", "term", "vocabulary"} & ids.keys():
        hint = "name files of treaties or terms, or none for the whole library"
        raise InputErrors([InputError("these files hold nothing that could be proved", None, hint)])
    with progress(PIECES + 1, "proofs") as advance:
        proofs = prove_all(rules, ids.get("treaty", []), ids.get("term", []), advance=advance)
    documents: dict[tuple[str, str], Document] = {}
    found = [
        (each, library.locate(Trouble(each.key, each.path, each.message), documents), _explained(library, each))
        for each in proofs.properties
    ]
    counts = {
        "clauses": sum(len(rules.treaties[name].clauses) for name in ids.get("treaty", [])),
        "definitions": sum(len(rules.terms[name].definitions) for name in ids.get("term", [])),
    }
    files: dict[str, str] = {}
    if witness is not None:
        witness.mkdir(parents=True, exist_ok=True)
        for name, text in report.files_of(proofs).items():
            files[name] = str(witness / f"{name}.yaml")
            (witness / f"{name}.yaml").write_text(text, encoding="utf-8")
    if as_json:
        print_json(report.record(found, proofs, counts))
    else:
        page = Page()
        report.show(page, found, proofs, counts, files, everything=long)
        page.write()
    if any(each.kind not in OF_RUNGS and reason is None for each, _, reason in found):
        raise typer.Exit(1)


def _explained(library: Library, each: Property) -> str | None:
    """What the file says of a property of that kind: that the treaty, or the term, means it."""
    kind, name = each.key
    entry = library.find(kind, name) if kind in {"treaty", "term"} else None
    if entry is None:
        return None
    if kind == "treaty":
        clause = each.message.partition("`")[2].partition("`")[0].partition("/")[2]
        entry = entry.clauses[clause]
    reason: str | None = entry.properties.get(each.kind)
    return reason
