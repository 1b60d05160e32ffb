-- One row per band of months until a claim is extinguished and tax item code, every pair with totals and empty cells.
-- What comes first counts: prescription, with graces and renewals, or the end of a stay (fct_prescriptions).
{%- set measures = [
    ('case_count', 'count(*)'),
    ('outstanding_yen', 'sum(facts.outstanding_yen)'),
] %}
with cells as (
    {{ cells_with_evidence(
        'prescription_ahead', ref('cells_arrears_facts'), ['months_ahead_code', 'tax_item_code'], measures, 'outstanding_yen'
    ) }}
)

{{ arrears_cells_as_of('cells') }}
