"""Number ↔ addressee, for those who may ask: who asks and for what is told by the caller and must not be empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.database import read_warehouse, write_warehouse
from ingestion.errors import ConfigurationError, DataRefused
from ingestion.numbering.histories import Event, history_of, merges_so_far, renew_assignments, survivor
from ingestion.numbering.integrated import give_numbers
from ingestion.numbering.tables import INTEGRATED
from ingestion.pseudonym import pseudonym, read_secret
from ingestion.warehouse import transaction

if TYPE_CHECKING:
    import datetime as dt

    from duckdb import DuckDBPyConnection

    from ingestion.home import Home

_CODES = """
SELECT addressee_code FROM number_persons
WHERE person_key = (SELECT person_key FROM number_persons WHERE addressee_code = ?)
"""
_STATES = """
SELECT number, number_state FROM number_assignments
WHERE number_kind = 'individual' AND number IN (SELECT unnest(?))
"""
_KNOWN = """
SELECT EXISTS (SELECT 1 FROM raw_addressee WHERE addressee_code = $code)
    OR EXISTS (SELECT 1 FROM raw_non_resident WHERE addressee_code = $code)
    OR EXISTS (SELECT 1 FROM raw_levy WHERE addressee_code = $code)
    OR EXISTS (SELECT 1 FROM raw_premium_assessment WHERE addressee_code = $code)
    OR EXISTS (SELECT 1 FROM number_assignments WHERE addressee_code = $code)
"""


@dataclass(frozen=True)
class PersonNumbers:
    """The numbers of one person: the integrated one (None when none was given) and each addressee code with its state.

    The state of a code of the resident register is ``register``, of numbers of the non-residents ``valid``,
    ``merged`` or ``deleted``. ``asked_number`` is a merged integrated number that led here, else None.
    """

    integrated: str | None
    codes: tuple[tuple[str, str], ...]
    asked_number: str | None = None


def look_up_addressee(home: Home, addressee_code: str, *, by: str, purpose: str) -> PersonNumbers:
    """The integrated number of the person with this addressee code, and the person's other codes.

    Raises:
        DataRefused: nobody has the code. ConfigurationError: it was not said who asks, or for what.
    """
    _refuse_without_purpose(by, purpose)
    with read_warehouse(home) as connection:
        _refuse_unknown_code(connection, addressee_code)
        return _person_of(connection, addressee_code)


def look_up_integrated(home: Home, number: str, *, by: str, purpose: str) -> PersonNumbers:
    """The person with this integrated number; a merged number leads to the one that survived.

    Raises:
        DataRefused: the number was never given, or its person was erased. ConfigurationError: see above.
    """
    _refuse_without_purpose(by, purpose)
    with read_warehouse(home) as connection:
        standing = survivor(merges_so_far(connection, INTEGRATED), number)
        row = connection.execute(
            "SELECT addressee_code FROM number_assignments WHERE number_kind = 'integrated' AND number = ?", [standing]
        ).fetchone()
        if row is None or row[0] is None:
            raise DataRefused(
                "nobody has this integrated number", "Check its digits; the number of an erased person leads nowhere."
            )
        found = _person_of(connection, str(row[0]))
    return PersonNumbers(standing, found.codes, number if number != standing else None)


def give_integrated(home: Home, addressee_code: str, day: dt.date, *, by: str, purpose: str) -> PersonNumbers:
    """Give the person with this code an integrated number from ``day`` on, unless there is one; tell all numbers.

    Raises:
        DataRefused: nobody has the code. ConfigurationError: it was not said who asks, or for what.
    """
    _refuse_without_purpose(by, purpose)
    secret = read_secret(home)
    with write_warehouse(home) as connection:
        _refuse_unknown_code(connection, addressee_code)
        found = _person_of(connection, addressee_code)
        if found.integrated is None:
            with transaction(connection):
                key = pseudonym(secret, "addressee", addressee_code)
                connection.execute(
                    "CREATE OR REPLACE TEMP TABLE known_codes AS SELECT $code AS addressee_code, $key AS addressee_key",
                    {"code": addressee_code, "key": key},
                )
                give_numbers(connection, day, [addressee_code])
                renew_assignments(connection)
            found = _person_of(connection, addressee_code)
    return found


def look_up_history(home: Home, number: str, *, by: str, purpose: str) -> list[Event]:
    """What happened to a number, oldest first.

    Raises:
        DataRefused: this numbering does not know the number. ConfigurationError: see above.
    """
    _refuse_without_purpose(by, purpose)
    with read_warehouse(home) as connection:
        events = history_of(connection, number)
    if not events:
        raise DataRefused("this numbering knows no such number", "Check its digits, leading zeros included.")
    return events


def _person_of(connection: DuckDBPyConnection, addressee_code: str) -> PersonNumbers:
    codes = [code for (code,) in connection.execute(_CODES, [addressee_code]).fetchall()] or [addressee_code]
    states = dict(connection.execute(_STATES, [codes]).fetchall())
    row = connection.execute(
        "SELECT number FROM number_assignments WHERE number_kind = 'integrated' AND number_state = 'valid' "
        "AND addressee_code IN (SELECT unnest(?)) ORDER BY first_history_no LIMIT 1",
        [codes],
    ).fetchone()
    return PersonNumbers(
        str(row[0]) if row else None, tuple((code, states.get(code, "register")) for code in sorted(codes))
    )


def _refuse_unknown_code(connection: DuckDBPyConnection, addressee_code: str) -> None:
    row = connection.execute(_KNOWN, {"code": addressee_code}).fetchone()
    if not row or not row[0]:
        raise DataRefused("nobody has this addressee code", "Check its digits, leading zeros included.")


def _refuse_without_purpose(by: str, purpose: str) -> None:
    if not by.strip() or not purpose.strip():
        raise ConfigurationError(
            "it is not said who asks for the number, or for what", "Give a purpose: --purpose 徴収事務."
        )
