"""Measurements of speed. Not part of the test run: machines differ, so no test asserts a time."""
