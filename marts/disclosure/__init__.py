"""Disclosure control for linked hierarchical tables: pure, small, and ignorant of what is counted."""
