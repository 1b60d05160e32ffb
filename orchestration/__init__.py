"""When and in what order: assets, gates, jobs and the `osamari` command. No business rule."""
