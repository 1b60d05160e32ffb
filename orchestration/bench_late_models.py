"""The three models of late charges outside dbt, over the extracted input: for DuckDB, and the same text for PostgreSQL.

The text is that of ``dbt_project``; only what is particular to an engine is said otherwise, through the same dispatch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import jinja2

from orchestration.settings import DBT_PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MODELS = ("int_principal_balances", "int_late_charge_segments", "int_late_charges")
"""In running order; each needs the tables of the input and those before it."""
RESULT_COLUMNS = "instalment_id, segments_yen, accrued_yen"


class PostgresDialect:
    """Stands where dbt's adapter stands in the macros: what PostgreSQL says otherwise than DuckDB."""

    def dispatch(self, macro: str, _package: str) -> Callable[..., str]:
        """The PostgreSQL text of an engine macro."""
        texts: dict[str, Callable[..., str]] = {
            "add_months": _add_months,
            "add_days": _add_days,
            "days_between": _days_between,
            "exact_quotient": _exact_quotient,
        }
        return texts[macro]


def model_sql(model: str, dialect: PostgresDialect | None = None) -> str:
    """The query of a model with plain table names; for DuckDB unless a dialect is given."""
    macros = "".join(path.read_text(encoding="utf-8") for path in sorted((DBT_PROJECT / "macros").glob("*.sql")))
    query = (DBT_PROJECT / "models" / "intermediate" / f"{model}.sql").read_text(encoding="utf-8")
    known = {"adapter": dialect} if dialect else {}
    environment = jinja2.Environment(autoescape=False, undefined=jinja2.StrictUndefined)  # noqa: S701  (SQL, no page)
    return environment.from_string(macros + query).render(ref=str, **known).strip()


def _add_months(day: str, months: str) -> str:
    return f"cast({day} + make_interval(months => cast({months} as integer)) as date)"


def _add_days(day: str, days: str) -> str:
    return f"({day} + cast({days} as integer))"


def _days_between(from_date: str, to_date: str) -> str:
    return f"({to_date} - {from_date})"


def _exact_quotient(numerators: Sequence[str], divisor: str) -> str:
    product = " * ".join(f"cast({numerator} as numeric)" for numerator in numerators)
    return f"cast(div({product}, cast({divisor} as numeric)) as bigint)"
