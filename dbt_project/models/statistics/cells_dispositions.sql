-- One row per kind of property and listed fiscal year, every pair with totals and empty cells: seizures, releases and
-- what was distributed. Somebody whose property was seized in one year and released in the next is a part of each, so
-- the contributors counted are those of the rarest. No pair is empty by law.
{%- set measures = [
    ('seizure_count', 'sum(facts.seizure_count)'),
    ('release_count', 'sum(facts.release_count)'),
    ('distributed_yen', 'sum(facts.distributed_yen)'),
] %}
with cells as (
    {{ cells_with_evidence(
        'dispositions', ref('cells_dispositions_facts'), ['property_kind_code', 'fiscal_year'], measures,
        'distributed_yen', ['seizure_count', 'release_count', 'distributed_yen']
    ) }}
)

select
    run.as_of_date,
    cells.*,
    false as is_structural_zero
from cells
cross join {{ ref('int_run') }} as run
