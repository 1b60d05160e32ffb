"""The duties, read from ``duties.yaml``: each with its source, how it is met, and the tests and logs that show it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from marts import strict_yaml

if TYPE_CHECKING:
    from marts.strict_yaml import Section

PATH = Path(__file__).parent / "duties.yaml"


@dataclass(frozen=True)
class Duty:
    """One duty; its texts are Japanese, as officers and auditors read them.

    ``section`` is the place in the assessment. ``tests`` are named as pytest names them, without parameters;
    ``logs`` are names of ``orchestration.duties.logs``. ``left_to_city`` says what no platform can do, or nothing.
    """

    duty_id: str
    section: str
    risk: str
    duty: str
    how_met: str
    commands: tuple[str, ...]
    tests: tuple[str, ...]
    logs: tuple[str, ...]
    left_to_city: str


def load_duties(path: Path = PATH) -> tuple[Duty, ...]:
    """Every duty in the order of the file.

    Raises:
        ConfigurationError: a key is missing, unknown or empty, or an id stands twice; the text names the place.
    """
    top = strict_yaml.read(path)
    duties = tuple(_duty(section, f"{path.name}: duty {n}") for n, section in enumerate(top.sections("duties"), 1))
    top.close()
    ids = [duty.duty_id for duty in duties]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise ConfigurationError(f"{path.name}: {', '.join(twice)} stands twice.", "Give each duty an id of its own.")
    return duties


def _duty(section: Section, place: str) -> Duty:
    duty = Duty(
        duty_id=_filled(section, "id", place),
        section=_filled(section, "section", place),
        risk=_filled(section, "risk", place),
        duty=_filled(section, "duty", place),
        how_met=_filled(section, "how_met", place),
        commands=section.texts("commands"),
        tests=section.texts("tests"),
        logs=section.texts("logs"),
        left_to_city=section.take("left_to_city", str).strip(),
    )
    section.close()
    return duty


def _filled(section: Section, key: str, place: str) -> str:
    text = str(section.take(key, str)).strip()
    if not text:
        raise ConfigurationError(f"{place}: {key} is empty.", f"Write `{key}`.")
    return text
