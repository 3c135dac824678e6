"""Puts `rules/` and `scenarios/` inside the wheel; an editable install reads them where they are."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the library to the standard wheel only."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """A static force-include would leave stale copies in editable installs."""
        if version == "standard":
            build_data["force_include"] |= {"rules": "foedus/rules", "scenarios": "foedus/scenarios"}
