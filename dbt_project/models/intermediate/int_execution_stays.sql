-- One row per instalment and unbroken run of execution stays begun by the as-of date: stays that overlap, or follow one
-- another without a day between, count as one. Item and number are those of the newest stay of the run.
-- stay_end_date: last day of the years that extinguish the claim; empty when the run ended before. What the feed calls
-- extinguished at once is taken so for a stay by item 1 that is open, from its first day. Local Tax Act art. 15-7.
with stays as (
    select
        cases.instalment_id,
        cases.case_no,
        cases.from_date,
        case when cases.to_date < run.as_of_date then cases.to_date else cast('9999-12-31' as date) end as to_date,
        delivered.stay_item_code,
        case
            when
                delivered.has_immediate_extinction_flag
                and delivered.stay_item_code = '1'
                and coalesce(cases.to_date, run.as_of_date) >= run.as_of_date
                then cases.from_date
        end as immediate_date
    from {{ ref('int_case_periods') }} as cases
    inner join {{ ref('int_run') }} as run on cases.from_date <= run.as_of_date
    inner join {{ ref('stg_execution_stay') }} as delivered
        on cases.source_file_no = delivered.source_file_no and cases.source_line_no = delivered.source_line_no
    -- A stay that was cancelled on its first day never was.
    where cases.case_kind = 'execution_stay' and (cases.to_date is null or cases.to_date >= cases.from_date)
),

numbered as (
    select
        stays.*,
        row_number() over (
            partition by stays.instalment_id, stays.run_no
            order by stays.from_date desc, stays.to_date desc, stays.stay_item_code, stays.case_no
        ) as newest_rank
    from {{ with_run_no('stays') }} as stays
),

runs as (
    select
        instalment_id,
        min(from_date) as stay_from_date,
        nullif(max(to_date), cast('9999-12-31' as date)) as stay_to_date,
        count(*) as stay_count,
        max(case when newest_rank = 1 then stay_item_code end) as stay_item,
        max(case when newest_rank = 1 then case_no end) as stay_no,
        min(immediate_date) as immediate_date
    from numbered
    group by instalment_id, run_no
)

select
    runs.instalment_id,
    runs.stay_from_date,
    runs.stay_to_date,
    runs.stay_count,
    runs.stay_item,
    runs.stay_no,
    case
        when coalesce(runs.stay_to_date >= {{ period_end('runs.stay_from_date', 'years.value * 12') }}, true)
            then {{ period_end('runs.stay_from_date', 'years.value * 12') }}
    end as stay_end_date,
    runs.immediate_date as immediate_extinction_date
from runs
inner join {{ ref('int_instalments') }} as instalments on runs.instalment_id = instalments.instalment_id
{{ law_join('years', 'execution_stay_extinction_years', 'instalments.tax_item_code', 'runs.stay_from_date') }}
