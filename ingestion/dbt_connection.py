"""How dbt opens the warehouse: a plug-in of dbt-duckdb, named in ``dbt_project/profiles.yml``.

dbt-duckdb could be told the key as an option of an attached file. Then it would stand in dbt's own settings, which dbt
shows and hands on; here it goes from the environment to DuckDB, as a bound value, and nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dbt.adapters.duckdb.plugins import BasePlugin

from ingestion.database import WAREHOUSE, attach_database, load_cryptography, named_warehouse, settings_beside

if TYPE_CHECKING:
    import duckdb


class Plugin(BasePlugin):
    """Attaches the encrypted warehouse before dbt looks for it."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:  # noqa: ANN401, ARG002  (declared there)
        """What does not fit into memory goes beside the warehouse."""
        config.update(settings_beside(named_warehouse().path))

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Attach the file that the environment names, with its key."""
        warehouse = named_warehouse()
        load_cryptography(conn)
        attach_database(conn, warehouse.path, warehouse.keys, WAREHOUSE)

    def configure_cursor(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """A cursor does not inherit the default database."""
        cursor.execute(f"USE {WAREHOUSE}")
