"""What leaves: promise, protection, release. No figure is computed here."""
