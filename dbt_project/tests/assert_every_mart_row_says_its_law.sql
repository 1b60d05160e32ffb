-- Every row of every mart carries the version of the law under which this run computed it.
-- Guards against a mart that is left over from a run under other values.
-- Does not test whether the version tells all values apart; see tests/test_law_parameters.py.
{% set marts = ['fct_arrears', 'fct_carryover_bridge', 'fct_collections', 'fct_debtors', 'fct_delivery_balance'] %}
{% set marts = marts + ['fct_late_charge_segments', 'fct_prescriptions', 'fct_receipt_differences'] %}
{% set marts = marts + ['fct_reconciliations', 'fct_refunds', 'fct_unidentified_receipt_candidates'] %}
{% set marts = marts + ['fct_refund_steps', 'fct_appropriation_candidates', 'fct_case_history'] %}
{% set marts = marts + ['fct_unidentified_receipts', 'fct_write_off_candidates'] %}
{% for mart in marts %}
    select
        '{{ mart }}' as mart,
        marked.law_version
    from {{ ref(mart) }} as marked
    cross join {{ ref('int_law_version') }} as stamp
    where marked.law_version is distinct from stamp.law_version
    {{ 'union all' if not loop.last }}
{% endfor %}
