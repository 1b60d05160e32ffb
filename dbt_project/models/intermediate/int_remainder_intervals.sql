-- One row per remainder's instalment and day, and interval of days before it on which nothing changed.
{{ principal_intervals(ref('int_principal_moves'), ref('int_remainders')) }}
