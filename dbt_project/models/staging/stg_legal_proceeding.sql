-- One row per accepted line of the legal proceeding feed: one delivered version of one proceeding for one instalment.
select
    instalment_id,
    proceeding_no,
    {{ proceeding_kind('proceeding_kind_code') }} as proceeding_kind,
    proceeding_filed_date,
    proceeding_end_date,
    proceeding_principal_yen,
    has_deleted_flag,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_legal_proceeding') }}
