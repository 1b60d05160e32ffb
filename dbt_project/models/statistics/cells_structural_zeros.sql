-- One row per age band code and tax item code that the law leaves empty: every pair of leaves under it is in the seed.
-- A cell that is empty by law tells nothing about anybody and need not be hidden; any other empty cell may.
with pairs as (
    select
        age_bands.ancestor_code as age_band_code,
        tax_items.ancestor_code as tax_item_code,
        count(*) as leaf_count,
        count(zeros.source) as zero_count
    from {{ ref('cells_code_ancestors') }} as age_bands
    cross join {{ ref('cells_code_ancestors') }} as tax_items
    left join {{ ref('structural_zeros') }} as zeros
        on age_bands.code = zeros.age_band_code and tax_items.code = zeros.tax_item_code
    where
        age_bands.table_name = 'arrears_by_area_age'
        and age_bands.dimension = 'age_band_code'
        and tax_items.table_name = 'arrears_by_area_age'
        and tax_items.dimension = 'tax_item_code'
    group by age_bands.ancestor_code, tax_items.ancestor_code
)

select
    age_band_code,
    tax_item_code
from pairs
where leaf_count = zero_count
