-- One row per kind of notice, band of days until paid in full and tax item code, every combination with groups, totals
-- and empty cells: notices of the window before the as-of date.
{%- set measures = [('notice_count', 'count(*)'), ('demanded_yen', 'sum(facts.demanded_yen)')] %}
with notices as (
    select
        notices.*,
        bands.code as days_band_code
    from {{ ref('cells_notice_facts') }} as notices
    inner join {{ ref('statistics_bands') }} as bands
        on
            bands.table_name = 'response_to_demand'
            and bands.dimension = 'days_band_code'
            -- The band without bounds is that of what is not yet paid.
            and case
                when notices.days_count is null then bands.from_value is null
                else
                    notices.days_count >= bands.from_value
                    and notices.days_count <= coalesce(bands.to_value, notices.days_count)
            end
),

cells as (
    {{ cells_with_evidence(
        'response_to_demand', 'notices', ['notice_kind_code', 'days_band_code', 'tax_item_code'], measures,
        'demanded_yen'
    ) }}
)

select
    run.as_of_date,
    cells.*,
    false as is_structural_zero
from cells
cross join {{ ref('int_run') }} as run
