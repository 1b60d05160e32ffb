-- One row per tax item code and channel code that the law leaves empty: every pair of leaves under it is in the seed.
with pairs as (
    select
        tax_items.ancestor_code as tax_item_code,
        channels.ancestor_code as channel_code,
        count(*) as leaf_count,
        count(zeros.source) as zero_count
    from {{ ref('cells_code_ancestors') }} as tax_items
    cross join {{ ref('cells_code_ancestors') }} as channels
    left join {{ ref('channel_structural_zeros') }} as zeros
        on tax_items.code = zeros.tax_item_code and channels.code = zeros.channel_code
    where
        tax_items.table_name = 'payment_channels'
        and tax_items.dimension = 'tax_item_code'
        and channels.table_name = 'payment_channels'
        and channels.dimension = 'channel_code'
    group by tax_items.ancestor_code, channels.ancestor_code
)

select
    tax_item_code,
    channel_code
from pairs
where leaf_count = zero_count
