"""Pairs of codes that are probably one person's, by splink on DuckDB: for an officer to look at, nothing follows.

Two records are compared only where they share a block (birth date and sex, name and year of birth, ...), and blocks
of more than a few hundred people are left out, so that nothing grows with the square of the city. Two people with
different individual numbers are different people and never compared. How rare an agreement is by chance is counted in
the city itself; how often it fails for one and the same person is stated in ``ERRORS``. No random numbers: the same
city gives the same list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LEAST_PROBABILITY = 0.5
"""From this probability on a pair is worth an officer's time."""
MOST_IN_BLOCK = 300
"""A block of more people (a home for the aged, an unknown birth date) tells nothing."""
SHARE_WITH_TWO_CODES = 0.01
"""Assumption: one person in a hundred has a second code that no rule has found."""
ERRORS = {
    # Of one and the same person: how often the two records agree exactly, nearly, or not.
    "name": {"exact": 0.86, "kana": 0.06, "near": 0.05, "other": 0.03},
    "birth": {"exact": 0.94, "near": 0.04, "other": 0.02},
    "address": {"exact": 0.45, "near": 0.15, "other": 0.40},
    "sex": {"exact": 0.99, "other": 0.01},
}
_NEAR_BY_CHANCE = 20
"""A near agreement is about so many times as frequent by chance as an exact one."""
_MOST_BY_CHANCE = 0.2
_NEAR_NAME, _NEAR_ADDRESS = 0.9, 0.93

_BLOCKS = {
    "birth_block": ("birth_text", "sex"),
    "name_block": ("name_key", "birth_year"),
    "kana_block": ("kana_key", "birth_year"),
    "address_block": ("address_key", "birth_year", "sex"),
    "place_block": ("name_key", "address_key"),
}
_PEOPLE = """
SELECT latest.addressee_code, name_key, kana_key, strftime(birth_date, '%Y%m%d') AS birth_text, sex, address_key, token,
    coalesce(strftime(birth_date, '%Y'), corporate_class) AS birth_year
FROM latest
ANTI JOIN (SELECT number FROM number_assignments WHERE number_kind = 'individual' AND number_state <> 'valid') AS ended
    ON ended.number = latest.addressee_code
"""


@dataclass(frozen=True)
class ProbablePair:
    """Two addressee codes and how probable it is that they are one person's."""

    one: str
    other: str
    probability: float


def probable_pairs(connection: DuckDBPyConnection) -> list[ProbablePair]:
    """The most probable first. Needs the tables of ``prepare``; what is decided or tied already is not among them."""
    people = connection.execute(_PEOPLE).to_arrow_table()
    with duckdb.connect() as own:
        own.execute("SET enable_progress_bar = false")
        own.register("delivered_people", people)
        own.execute(f"CREATE TABLE people AS {_blocked()}")
        own.unregister("delivered_people")
        found = _predicted(own)
    connection.register("predicted_pairs", found)
    rows = connection.execute(
        "SELECT one, other, probability FROM predicted_pairs AS pairs "
        "JOIN known_codes AS ones ON ones.addressee_code = pairs.one "
        "JOIN known_codes AS others ON others.addressee_code = pairs.other "
        "LEFT JOIN number_persons AS one_person ON one_person.addressee_code = pairs.one "
        "LEFT JOIN number_persons AS other_person ON other_person.addressee_code = pairs.other "
        "ANTI JOIN decided_codes AS decided ON decided.one_key = least(ones.addressee_key, others.addressee_key) "
        "AND decided.other_key = greatest(ones.addressee_key, others.addressee_key) "
        "WHERE one_person.person_key IS NULL OR one_person.person_key IS DISTINCT FROM other_person.person_key "
        "ORDER BY probability DESC, one, other"
    ).fetchall()
    connection.unregister("predicted_pairs")
    return [ProbablePair(*row) for row in rows]


def _blocked() -> str:
    """The people with their blocks; NULL where a part is missing or the block is too large."""
    keys = {name: f"({' || '.join(f'''{part} || '|' ''' for part in parts)})" for name, parts in _BLOCKS.items()}
    blocks = ", ".join(
        f"CASE WHEN count(*) OVER (PARTITION BY {key}) <= {MOST_IN_BLOCK} THEN {key} END AS {name}"
        for name, key in keys.items()
    )
    return f"SELECT *, {blocks} FROM delivered_people"


def _predicted(own: DuckDBPyConnection) -> Any:  # noqa: ANN401  (an Arrow table; pyarrow has no types)
    from splink import DuckDBAPI, Linker, SettingsCreator  # noqa: PLC0415  (who only gives numbers need not wait for it)

    row = own.execute("SELECT count(*) FROM people").fetchone()
    count = int(row[0]) if row else 0
    pairs = "SELECT '' AS one, '' AS other, 0.0::DOUBLE AS probability WHERE false"
    if count > 1:
        settings = SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="addressee_code",
            comparisons=_comparisons(own),
            blocking_rules_to_generate_predictions=[
                {"blocking_rule": f"l.{block} = r.{block} AND (l.token IS NULL OR r.token IS NULL)"}
                for block in _BLOCKS
            ],
            probability_two_random_records_match=min(0.5, 2 * SHARE_WITH_TWO_CODES / count),
            retain_matching_columns=False,
        )
        linker = Linker(DuckDBAPI(connection=own).register("people"), settings, log_level="ERROR")
        found = linker.inference.predict(threshold_match_probability=LEAST_PROBABILITY)
        pairs = (
            "SELECT least(addressee_code_l, addressee_code_r) AS one, greatest(addressee_code_l, addressee_code_r) "
            f"AS other, max(match_probability) AS probability FROM {found.physical_name} GROUP BY ALL"
        )
    return own.execute(pairs).to_arrow_table()


def _comparisons(own: DuckDBPyConnection) -> list[Any]:
    """How names, birth dates, addresses and sexes are compared, with the chances of each agreement."""
    from splink import comparison_level_library as levels  # noqa: PLC0415
    from splink import comparison_library as library  # noqa: PLC0415

    chance = {column: _chance(own, column) for column in ("name_key", "kana_key", "birth_text", "address_key", "sex")}

    def comparison(name: str, column: str, exact: list[Any], near: list[Any]) -> Any:  # noqa: ANN401
        rates = ERRORS[name]
        parts = [("exact", exact[0], chance[column])]
        parts += [("kana", one, chance["kana_key"]) for one in exact[1:]]
        parts += [("near", one, min(_MOST_BY_CHANCE, chance[column] * _NEAR_BY_CHANCE)) for one in near]
        rest = max(1 - sum(by_chance for *_, by_chance in parts), 0.05)
        made = [level.configure(m_probability=rates[kind], u_probability=u) for kind, level, u in parts]
        made.append(levels.ElseLevel().configure(m_probability=rates["other"], u_probability=rest))
        return library.CustomComparison(output_column_name=name, comparison_levels=[levels.NullLevel(column), *made])

    return [
        comparison(
            "name",
            "name_key",
            [levels.ExactMatchLevel("name_key", term_frequency_adjustments=True), levels.ExactMatchLevel("kana_key")],
            [levels.JaroWinklerLevel("kana_key", _NEAR_NAME)],
        ),
        comparison("birth", "birth_text", [levels.ExactMatchLevel("birth_text")],
                   [levels.DamerauLevenshteinLevel("birth_text", 1)]),
        comparison("address", "address_key", [levels.ExactMatchLevel("address_key")],
                   [levels.JaroWinklerLevel("address_key", _NEAR_ADDRESS)]),
        comparison("sex", "sex", [levels.ExactMatchLevel("sex")], []),
    ]  # fmt: skip


def _chance(own: DuckDBPyConnection, column: str) -> float:
    """How often two people agree in a column by chance: the sum of the squared shares of its values."""
    row = own.execute(
        f"SELECT sum(n * n) / (sum(n) * sum(n)) FROM (SELECT count(*)::DOUBLE AS n FROM people "
        f"WHERE {column} IS NOT NULL GROUP BY {column})"
    ).fetchone()
    return min(0.5, float(row[0])) if row and row[0] is not None else 0.5
