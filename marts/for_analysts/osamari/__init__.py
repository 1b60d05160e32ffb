"""For analysts: what Osamari releases, read from the released files alone."""
