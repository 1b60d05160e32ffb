"""Who may run which command, and what is written down about it."""
