-- One row per late instalment and interval of days, from the day after its due date to the as-of date, on which nothing
-- that its late charge depends on changed: principal, first period or after, relief.
{{ principal_intervals(ref('int_principal_entries'), ref('int_late_instalments')) }}
