"""The targets the invented city is held to, read from ``calibration.csv`` beside this module.

Grain: one figure per parameter, tax item and scope. Yen and counts are for the whole city and scale with its people.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ingestion.errors import ConfigurationError
from ingestion.sample_city.due_dates import read_seed

CALIBRATION_FILE = Path(__file__).parent / "calibration.csv"


@dataclass(frozen=True)
class Calibration:
    """Figures for a city of ``persons`` people."""

    persons: int
    file: Path = CALIBRATION_FILE

    @cached_property
    def _figures(self) -> dict[tuple[str, str, str], str]:
        rows = read_seed(self.file)
        return {(row["parameter"], row["tax_item_code"], row["scope"]): row["value"] for row in rows}

    def rate(self, parameter: str, tax: int | str = "", scope: int | str = "") -> float:
        """A share, rate or other plain number as it stands in the file; 0 where a tax item has none.

        Raises:
            ConfigurationError: the file does not know the parameter at all.
        """
        if not any(name == parameter for name, _, _ in self._figures):
            raise ConfigurationError(f'{self.file.name}: there is no parameter "{parameter}"', "Add its row.")
        return float(self._figures.get((parameter, str(tax), str(scope)), 0))

    def whole(self, parameter: str, tax: int | str = "", scope: int | str = "") -> int:
        """A whole number as it stands in the file."""
        return int(self.rate(parameter, tax, scope))

    def scaled(self, parameter: str, tax: int | str = "", scope: int | str = "") -> int:
        """A count or an amount of yen of the whole city, scaled to its people."""
        return self.whole(parameter, tax, scope) * self.persons // self.whole("city_population")

    def scopes(self, parameter: str) -> dict[str, float]:
        """All figures of a parameter by scope, in the order of the file."""
        return {scope: float(value) for (name, _, scope), value in self._figures.items() if name == parameter}
