-- One row per arrears state and tax item code, every pair with groups, totals and empty cells: what is owed.
-- Each instalment is in one state, the first that holds in the official order, so the states add up to all arrears.
{%- set measures = [
    ('case_count', 'count(*)'),
    ('outstanding_yen', 'sum(facts.outstanding_yen)'),
] %}
with cells as (
    {{ cells_with_evidence(
        'arrears_by_state', ref('cells_arrears_facts'), ['arrears_state_code', 'tax_item_code'], measures, 'outstanding_yen'
    ) }}
)

{{ arrears_cells_as_of('cells') }}
