-- One row per individual code (個人コード) of a non-resident that is not deleted: the delivered row of the sheet by which
-- the four identifying items stand as of the date, and the code it was merged into.
-- A sheet without a code of its own tells of the code that numbering gave it. What numbering knows today counts for
-- every day. A sheet that only merges or deletes tells the items when no other does.
with told as (
    select
        coalesce(sheets.addressee_code, numbered.addressee_code) as addressee_code,
        sheets.source_file_no,
        sheets.source_line_no,
        row_number() over (
            partition by coalesce(sheets.addressee_code, numbered.addressee_code)
            order by
                coalesce(sheets.change_reason_code in ('03', '04'), false),
                sheets.delivery_date desc, sheets.delivery_seq desc,
                sheets.source_file_no desc, sheets.source_line_no desc
        ) as sheet_rank
    from {{ ref('stg_non_resident') }} as sheets
    left join {{ ref('stg_number_sheets') }} as numbered on sheets.sheet_no = numbered.sheet_no
    inner join {{ ref('int_run') }} as run on sheets.delivery_date <= run.as_of_date
    where not coalesce(sheets.has_deleted_flag, false)
)

select
    assignments.addressee_code,
    assignments.addressee_key,
    assignments.merged_into_code,
    told.source_file_no,
    told.source_line_no
from {{ ref('stg_number_assignments') }} as assignments
inner join told on assignments.addressee_code = told.addressee_code and told.sheet_rank = 1
where assignments.number_state <> 'deleted'
