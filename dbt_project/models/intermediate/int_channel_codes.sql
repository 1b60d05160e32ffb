-- One row per feed and source code of a payment channel; an empty source code stands for all other codes of that feed.
select
    channel_code,
    source_feed,
    {{ parts_of("coalesce(source_code, '')") }} as source_code
from {{ ref('payment_channels') }}
