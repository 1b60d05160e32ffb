-- One row per table, dimension and code: its labels and the code it adds up to (empty: directly to the total T).
-- The total itself is not listed. Bands and periods have codes of their own in each table; those of other dimensions
-- are the same in all tables.
with codes as (
    select 'tax_item_code' as dimension, tax_item_code as code, label_ja, label_en, parent_code, sort_order
    from {{ ref('tax_items') }}
    union all
    select 'area_code' as dimension, area_code as code, label_ja, label_en, parent_code, sort_order
    from {{ ref('areas') }}
    union all
    select 'age_band_code' as dimension, age_band_code as code, label_ja, label_en, null as parent_code, sort_order
    from {{ ref('age_bands') }}
    union all
    select 'levy_class' as dimension, levy_class as code, label_ja, label_en, null as parent_code, sort_order
    from {{ ref('levy_classes') }}
    union all
    select 'levy_year_code' as dimension, levy_year_code as code, label_ja, label_en, parent_code, sort_order
    from {{ ref('cells_levy_years') }}
    union all
    select
        'arrears_state_code' as dimension,
        arrears_state as code,
        label_ja,
        label_en,
        null as parent_code,
        10 * precedence as sort_order
    from {{ ref('arrears_states') }}
    union all
    select dimension, code, label_ja, label_en, parent_code, sort_order
    from {{ ref('statistics_codes') }}
    {%- for dimension, seed, code, parent_code, sort_order in [
        ('channel_code', 'payment_channels', 'channel_code', 'null', 'sort_order'),
        ('transfer_failure_code', 'transfer_failure_kinds', 'transfer_failure_code', 'parent_code', 'sort_order'),
        ('refund_cause_code', 'refund_causes', 'refund_cause', 'null', 'sort_order'),
        ('write_off_clause_code', 'write_off_clauses', 'clause', 'null', 'precedence'),
    ] %}
        union all
        select distinct
            '{{ dimension }}' as dimension,
            {{ code }} as code,
            label_ja,
            label_en,
            {{ parent_code }} as parent_code,
            {{ sort_order }} as sort_order
        from {{ ref(seed) }}
    {%- endfor %}
),

listed as (
    select tables.table_name, codes.*
    from {{ ref('statistics_dimensions') }} as tables
    inner join codes on tables.dimension = codes.dimension
    union all
    select table_name, dimension, code, label_ja, label_en, parent_code, sort_order
    from {{ ref('statistics_bands') }}
    union all
    select table_name, dimension, code, label_ja, label_en, parent_code, sort_order
    from {{ ref('cells_periods') }}
)

select
    table_name,
    dimension,
    code,
    label_ja,
    label_en,
    coalesce(parent_code, '') as parent,
    cast(sort_order as integer) as sort_order
from listed
