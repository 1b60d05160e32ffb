"""The keeping periods: ``policy.yaml``, or the city's own ``erasure_policy.yaml`` in its home."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from marts.strict_yaml import read

if TYPE_CHECKING:
    from ingestion.home import Home

POLICY = Path(__file__).with_name("policy.yaml")
OWN_POLICY = "erasure_policy.yaml"
END_EVENTS = ("last_ledger_entry", "last_refund_step", "last_case_event", "last_contact", "no_longer_an_addressee")


@dataclass(frozen=True)
class KindOfRecord:
    """One kind of record: what ends it and how many years it is kept after the fiscal year of that."""

    kind: str
    title_ja: str
    end_event: str
    keep_years: int


@dataclass(frozen=True)
class ErasurePolicy:
    """All kinds, one for each end event; ``version`` names exactly these values."""

    version: str
    data_age_days: int
    kinds: tuple[KindOfRecord, ...]
    running_cases: tuple[str, ...]


def read_erasure_policy(home: Home) -> ErasurePolicy:
    """The policy in force in this home.

    Raises:
        ConfigurationError: a key is missing or unknown, or an end event has no kind or two.
    """
    own = home.root / OWN_POLICY
    path = own if own.exists() else POLICY
    policy = read(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    version = f"{policy.take('version', str)}-{digest}"
    age = policy.not_negative("data_age_days")
    kinds = []
    for section in policy.sections("kinds"):
        texts = {
            name: section.take(name, str) for name in ("kind", "title_ja", "end_event", "reason", "source", "status")
        }
        kinds.append(
            KindOfRecord(texts["kind"], texts["title_ja"], texts["end_event"], section.not_negative("keep_years"))
        )
        section.close()
    running = policy.texts("running_cases")
    policy.close()
    if sorted(kind.end_event for kind in kinds) != sorted(END_EVENTS):
        raise ConfigurationError(
            f"{path.name}: each end event must have exactly one kind of record",
            f"End events: {', '.join(END_EVENTS)}.",
        )
    return ErasurePolicy(version, age, tuple(kinds), running)
