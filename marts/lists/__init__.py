"""Officers' lists: rows of a ``list_*`` model with names, into the restricted zone. Never into a release."""
