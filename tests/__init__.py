"""Tests by purpose; see README.md in this folder."""
