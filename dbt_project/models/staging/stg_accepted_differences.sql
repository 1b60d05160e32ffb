-- One row per cause of differences that this city knows and accepts for a feed up to a day (city.toml).
select
    cause,
    feed,
    valid_until,
    reason
from {{ source('raw', 'raw_accepted_differences') }}
