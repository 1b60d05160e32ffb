-- One row per addressee under protection (支援措置): flagged in the newest version of the address feed or of the arrears
-- file, as of the date or of all that were delivered. Whoever is protected today is protected in the marts of any day.
-- The city's own list (protected.csv) is read when a list is written, so that an entry holds at once.
with flags as (
    select
        addressee_key,
        'addressee' as feed,
        coalesce(has_dv_flag, false) or coalesce(has_neglect_flag, false) as is_flagged,
        delivery_date,
        delivery_seq,
        source_file_no,
        source_line_no
    from {{ ref('stg_addressee') }}
    union all
    select
        addressee_key,
        'arrears_case' as feed,
        coalesce(has_dv_flag, false) and not coalesce(has_deleted_flag, false) as is_flagged,
        delivery_date,
        delivery_seq,
        source_file_no,
        source_line_no
    from {{ ref('stg_arrears_case') }}
),

flagged_once as (select distinct addressee_key from flags where is_flagged),

ranked as (
    select
        flags.addressee_key,
        flags.is_flagged,
        row_number() over (
            partition by flags.feed, flags.addressee_key
            order by
                flags.delivery_date desc, flags.delivery_seq desc,
                flags.source_file_no desc, flags.source_line_no desc
        ) as newest_rank,
        row_number() over (
            partition by flags.feed, flags.addressee_key
            order by
                case when flags.delivery_date <= run.as_of_date then 0 else 1 end,
                flags.delivery_date desc, flags.delivery_seq desc,
                flags.source_file_no desc, flags.source_line_no desc
        ) as as_of_rank
    from flags
    inner join flagged_once on flags.addressee_key = flagged_once.addressee_key
    cross join {{ ref('int_run') }} as run
)

select distinct addressee_key
from ranked
where is_flagged and (newest_rank = 1 or as_of_rank = 1)
