"""The exit codes of the `osamari` command."""

from ingestion.errors import Busy, ConfigurationError, OsamariError

DONE, REFUSED, WRONG_USE, BUSY = 0, 1, 2, 3


def exit_code_of(error: OsamariError) -> int:
    """1 data refused, 2 wrong use or configuration, 3 busy."""
    if isinstance(error, Busy):
        return BUSY
    return WRONG_USE if isinstance(error, ConfigurationError) else REFUSED
