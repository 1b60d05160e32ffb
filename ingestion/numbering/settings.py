"""What a city sets for its numbering, under ``[numbering]`` of ``city.toml``.

[numbering]
integrated = "on_request"   # or "all": every person gets an integrated number at numbering
"""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.errors import ConfigurationError

ON_REQUEST, ALL = "on_request", "all"
_KEYS = ("integrated",)


@dataclass(frozen=True)
class NumberingSettings:
    """Who gets an integrated number without being asked for."""

    integrated: str = ON_REQUEST

    @property
    def gives_to_all(self) -> bool:
        """True when every person gets an integrated number at numbering."""
        return self.integrated == ALL


def read_numbering_settings(settings: object) -> NumberingSettings:
    """The table ``[numbering]``; without it, numbers are given on request.

    Raises:
        ConfigurationError: a key is unknown or its value wrong.
    """
    if not isinstance(settings, dict) or set(settings) - set(_KEYS):
        raise ConfigurationError("city.toml: [numbering] is wrong", f"It knows: {', '.join(_KEYS)}.")
    integrated = settings.get("integrated", ON_REQUEST)
    if integrated not in (ON_REQUEST, ALL):
        raise ConfigurationError(
            "city.toml: numbering.integrated is wrong", f'It is "{ON_REQUEST}" (when asked for) or "{ALL}".'
        )
    return NumberingSettings(integrated)
