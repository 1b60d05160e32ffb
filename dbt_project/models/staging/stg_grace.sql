-- One row per accepted line of the grace feed: one delivered version of one grace for one instalment.
select
    instalment_id,
    grace_no,
    {{ grace_kind('grace_kind_code') }} as grace_kind,
    grace_from_date,
    grace_to_date,
    grace_cancelled_date,
    grace_principal_yen,
    has_deleted_flag,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_grace') }}
