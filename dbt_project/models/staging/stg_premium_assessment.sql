-- One row per accepted line of the late-elderly premium assessment feed: one delivered version of one instalment.
select
    instalment_id,
    addressee_key,
    '61' as tax_item_code,
    assessment_year,
    collection_method_class as collection_method_code,
    instalment_no,
    due_date,
    assessment_decision_date,
    reassessment_reason_code,
    premium_instalment_split_yen as principal_levied_yen,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_premium_assessment') }}
