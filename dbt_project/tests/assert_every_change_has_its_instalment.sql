-- A refund or write-off for an instalment that nobody has levied cannot be entered; it must not vanish unseen either.
-- It is warned of and stops nothing: the assessment may come a day after the collection file.
{{ config(severity='warn') }}
select
    entries.instalment_id,
    entries.kind,
    entries.amount_yen,
    entries.source_file_no,
    entries.source_line_no
from {{ ref('int_levy_entries') }} as entries
left join {{ ref('int_instalments') }} as instalments on entries.instalment_id = instalments.instalment_id
where instalments.instalment_id is null
