-- One row per accepted line of the property feed: one delivered version of something that a debtor owns.
select
    property_no,
    property_type_code,
    has_deleted_flag,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_property') }}
