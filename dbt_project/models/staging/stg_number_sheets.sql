-- One row per sheet without a code that numbering gave a code, or knew to be about one.
select
    sheet_no,
    addressee_code
from {{ source('raw', 'number_sheets') }}
where addressee_code is not null
