-- One row per remainder's instalment and day, and rate segment of the late charge that had accrued by that day.
{{ late_charge_segments(ref('int_remainder_intervals')) }}
