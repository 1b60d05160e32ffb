"""The day of a run, as a resource that every asset and gate of the run asks."""

from datetime import date

import dagster as dg

from ingestion.home import Home
from orchestration.settings import newest_delivery, parse_day


class AsOf(dg.ConfigurableResource[date]):
    """The day for which everything is computed: given, or the newest delivery date among the loaded files."""

    given: str = ""

    def day(self, home: Home) -> date:
        """The day of this run.

        Raises:
            ConfigurationError: The given text is not a date.
            DataRefused: None was given and nothing has been loaded.
        """
        return parse_day(self.given) if self.given else newest_delivery(home)
