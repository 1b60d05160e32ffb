"""What can go wrong, told to a person: each error carries a cause (its text) and a remedy.

Texts may name a file, a line, a column and a cause; never a value of a personal column.
"""

from __future__ import annotations


class OsamariError(Exception):
    """An error with a remedy. ``str(error)`` is the cause, ``error.remedy`` what to do about it."""

    def __init__(self, cause: str, remedy: str = "") -> None:
        """Take what went wrong and what to do about it."""
        super().__init__(cause)
        self.remedy = remedy


class DataRefused(OsamariError):  # noqa: N818  a refusal is an outcome, the name says which
    """Delivered data cannot be accepted as it is (exit code 1). Correct the data and deliver it again."""


class ConfigurationError(OsamariError):
    """A setting, a layout or a command is wrong (exit code 2).

    The text names the key, the remedy says how to set it.
    """


class Busy(OsamariError):  # noqa: N818  a state of the platform, not a mistake
    """Another run holds the platform (exit code 3). Wait for it, then repeat."""
