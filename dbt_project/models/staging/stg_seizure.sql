-- One row per accepted line of the seizure feed: one delivered version of one seizure for one instalment.
select
    instalment_id,
    seizure_no,
    property_no,
    seizure_class = '2' as is_participating,
    seizure_date,
    seizure_release_date,
    seizure_release_reason_code,
    seizure_principal_yen,
    has_deleted_flag,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_seizure') }}
