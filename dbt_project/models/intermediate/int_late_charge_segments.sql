-- One row per late instalment and rate segment of its late charge up to the as-of date; see the macro for the rules.
{{ late_charge_segments(ref('int_principal_balances')) }}
