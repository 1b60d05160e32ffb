"""Judgement: may this data go on? Suites on Great Expectations Core, and their stored verdicts."""
