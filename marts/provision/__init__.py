"""Inquiries of other bodies: what the law permits is answered, everything is recorded. Never into a release."""
