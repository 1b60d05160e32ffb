"""The statistics page of a release: drawn from released tables only."""
