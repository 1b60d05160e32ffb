-- One row per accepted line of the bankruptcy feed: one delivered version of one insolvency proceeding of a person.
select
    addressee_key,
    bankruptcy_no,
    {{ insolvency_kind('bankruptcy_kind_code') }} as insolvency_kind,
    bankruptcy_commencement_date,
    bankruptcy_closed_date,
    has_deleted_flag,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_bankruptcy') }}
