"""Encrypted copies of a home: made consistently, kept for a period, proven readable, brought back."""
