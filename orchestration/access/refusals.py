"""Why somebody may not: the refusals of the gate, each with a word for the log and a sentence for the person."""

from __future__ import annotations

from ingestion.errors import ConfigurationError

NOT_REGISTERED, REVOKED, NOT_YET, EXPIRED = "not_registered", "revoked", "not_yet", "expired"
NO_ROLE, NO_PURPOSE, OTHER_PURPOSE = "no_role", "no_purpose", "other_purpose"
REASONS = {
    NOT_REGISTERED: "登録がない",
    REVOKED: "抹消されている",
    NOT_YET: "期間の前",
    EXPIRED: "期間が過ぎた",
    NO_ROLE: "役割にない",
    NO_PURPOSE: "目的がない",
    OTHER_PURPOSE: "目的が認められていない",
}
"""Word in the log → Japanese label."""


class NotPermitted(ConfigurationError):  # noqa: N818  a refusal is an outcome, the name says which
    """A command was refused before it ran (exit code 2). ``reason`` is a key of :data:`REASONS`."""

    def __init__(self, reason: str, cause: str, remedy: str) -> None:
        """Take the word for the log, and what the person is told."""
        super().__init__(cause, remedy)
        self.reason = reason
