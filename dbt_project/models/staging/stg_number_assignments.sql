-- One row per individual code (個人コード) ever given to a non-resident: whether it is valid, merged or deleted.
select
    number as addressee_code,
    addressee_key,
    number_state,
    merged_into_number as merged_into_code
from {{ source('raw', 'number_assignments') }}
where number_kind = 'individual'
