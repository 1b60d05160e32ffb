-- One row per principal entry as known before late charge: money without a purpose counts as principal here, since what
-- of it is late charge depends on the late charge, and that on the principal. See int_remainder_splits.
{% for entries in ['int_levy_entries', 'int_appropriation_entries'] %}
    select
        instalment_id,
        cast(null as {{ text_type() }}) as receipt_id,
        kind,
        effective_date,
        amount_yen,
        0 as flexible_yen,
        source_file_no,
        source_line_no
    from {{ ref(entries) }}
    where component = 'principal'
    union all
{% endfor %}
select
    instalment_id,
    receipt_id,
    'receipt' as kind,
    paid_date as effective_date,
    -(to_principal_yen + flexible_yen) as amount_yen,
    flexible_yen,
    source_file_no,
    source_line_no
from {{ ref('int_receipt_shares') }}
