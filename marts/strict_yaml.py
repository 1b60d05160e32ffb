"""YAML files that are promises: every expected key is there, no other key is, and each value has its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from ingestion.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path


class Section:
    """One mapping of a YAML file that knows where it stands, so that an error can say so.

    Each ``take`` removes a key; :meth:`close` refuses what nobody took.
    """

    def __init__(self, value: object, place: str) -> None:
        """``place`` names the file and the keys down to here."""
        if not isinstance(value, dict):
            raise ConfigurationError(f"{place} is not a mapping.", "Write `key: value` lines there.")
        self._left: dict[str, Any] = dict(value)
        self._place = place

    def take(self, key: str, kind: type) -> Any:  # noqa: ANN401 - the caller names the type it gets
        """The value of ``key``, of exactly that type (``True`` is not a whole number).

        Raises:
            ConfigurationError: missing, or of another type.
        """
        if key not in self._left:
            raise ConfigurationError(
                f"{self._place}: {key} is missing.", f"Add `{key}` ({kind.__name__}); nothing is assumed."
            )
        value = self._left.pop(key)
        if type(value) is not kind:
            raise ConfigurationError(
                f"{self._place}: {key} must be {kind.__name__}, not {type(value).__name__}.",
                f"Correct `{key}`.",
            )
        return value

    def section(self, key: str) -> Section:
        """The mapping under ``key``."""
        return Section(self.take(key, dict), f"{self._place}.{key}")

    def sections(self, key: str) -> list[Section]:
        """The list of mappings under ``key``."""
        return [Section(v, f"{self._place}.{key}[{i}]") for i, v in enumerate(self.take(key, list))]

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts under ``key``."""
        return tuple(str(value) for value in self.take(key, list))

    def pairs(self, key: str) -> dict[str, str]:
        """The mapping from text to text under ``key``."""
        return {str(k): str(v) for k, v in self.take(key, dict).items()}

    def positive(self, key: str) -> int:
        """A whole number above zero."""
        return self._whole(key, 1)

    def not_negative(self, key: str) -> int:
        """A whole number, zero allowed."""
        return self._whole(key, 0)

    def keys(self) -> tuple[str, ...]:
        """The keys nobody has taken yet."""
        return tuple(self._left)

    def close(self) -> None:
        """Refuse keys that nobody took: a misspelt threshold must not be ignored."""
        if self._left:
            raise ConfigurationError(
                f"{self._place}: unknown key {', '.join(sorted(map(str, self._left)))}.",
                "Remove it, or correct its spelling.",
            )

    def _whole(self, key: str, least: int) -> int:
        value: int = self.take(key, int)
        if value < least:
            raise ConfigurationError(f"{self._place}: {key} must be at least {least}.", f"Correct `{key}`.")
        return value


def read(path: Path) -> Section:
    """The file's top mapping.

    Raises:
        ConfigurationError: no such file, or not YAML.
    """
    try:
        return Section(yaml.safe_load(path.read_text(encoding="utf-8")), path.name)
    except (OSError, yaml.YAMLError) as problem:
        raise ConfigurationError(f"{path.name} cannot be read.", "Restore or correct the file.") from problem
