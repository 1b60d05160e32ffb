"""How long backups are kept: the values of ``policy.yaml``, each with its reason and source."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from marts.strict_yaml import read

POLICY = Path(__file__).with_name("policy.yaml")
STATES = ("assumed", "confirmed")


@dataclass(frozen=True)
class BackupPolicy:
    """``keep_days``: days after which a backup goes. ``keep_at_least``: so many of the newest stay at any age."""

    keep_days: int
    keep_at_least: int


def read_backup_policy(path: Path = POLICY) -> BackupPolicy:
    """The policy in force.

    Raises:
        ConfigurationError: a value, its reason or its source is missing.
    """
    policy = read(path)
    values = {}
    for name in ("keep_days", "keep_at_least"):
        section = policy.section(name)
        values[name] = section.positive("value")
        for word in ("reason", "source", "status"):
            section.take(word, str)
        section.close()
    policy.close()
    return BackupPolicy(**values)
