-- One row per amount band of the debtor's total and tax item code, every pair with groups, totals and empty cells.
{%- set measures = [
    ('debtor_count', 'count(distinct facts.person_key)'),
    ('case_count', 'count(*)'),
    ('outstanding_yen', 'sum(facts.outstanding_yen)'),
] %}
with cells as (
    {{ cells_with_evidence(
        'arrears_by_amount', ref('cells_arrears_facts'), ['amount_band_code', 'tax_item_code'], measures, 'outstanding_yen'
    ) }}
)

{{ arrears_cells_as_of('cells') }}
