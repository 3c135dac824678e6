"""What the expectations come to, on a page and as a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from foedus.coverage import Coverage


def coverage_record(coverage: Coverage) -> dict[str, Any]:
    """The shares of each kind, and what was never met, with its file."""
    return {
        "shares": {
            share.kind: {"met": share.met, "both_ways": share.both_ways, "of": share.total} for share in coverage.shares
        },
        "never_met": [{"kind": item.kind, "id": item.name, "file": item.file} for item in coverage.never_met],
    }


def coverage_lines(coverage: Coverage) -> list[str]:
    """The same in lines of text, what was never met by file."""
    lines = ["", "what the expectations come to:"]
    for share in coverage.shares:
        both = "" if share.kind == "knob settings" else f", {share.both_ways} both as true and as false"
        lines.append(f"  {share.met} of {share.total} {share.kind} met{both}")
    by_file: dict[str, list[str]] = {}
    for item in coverage.never_met:
        by_file.setdefault(item.file, []).append(item.name)
    lines += ["", "never met:"] if by_file else []
    for file, names in by_file.items():
        lines += [f"  {file}", *(f"    {name}" for name in names)]
    return lines
