-- A debt in a cell that the law leaves empty (a late-elderly premium of somebody aged 40) is an error in the feeds,
-- most often in a birth date. The cell is then protected like any other; the errors should still be looked for.
{{ config(severity='warn') }}
select
    cells.area_code,
    cells.age_band_code,
    cells.tax_item_code
from {{ ref('cells_arrears_by_area_age') }} as cells
inner join {{ ref('cells_structural_zeros') }} as zeros
    on cells.age_band_code = zeros.age_band_code and cells.tax_item_code = zeros.tax_item_code
where cells.case_count > 0
