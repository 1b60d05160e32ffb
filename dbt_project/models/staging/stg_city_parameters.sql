-- One row per value that this city sets itself (city.toml), with its own citation.
select
    parameter,
    scope,
    valid_from,
    valid_to,
    value,
    unit,
    law,
    status,
    source,
    note
from {{ source('raw', 'raw_city_parameters') }}
