-- One row per accounting year and tax item: from what was outstanding at the last closing to what counts as carried
-- over in the year, by cause, and what the city's own carryover records say. The two ends are close, seldom equal.
with changes as (
    select
        accounting_year,
        tax_item_code,
        cast(sum(outstanding_before_yen) as bigint) as outstanding_before_yen,
        {{ change_yen('late_assessment') }} as late_assessment_yen,
        {{ change_yen('reassessment_up') }} as reassessment_up_yen,
        {{ change_yen('reassessment_down') }} as reassessment_down_yen,
        {{ change_yen('not_yet_carried') }} as not_yet_carried_yen,
        {{ change_yen('unexplained') }} as unexplained_yen,
        cast(sum(carried_over_yen) as bigint) as carried_over_yen
    from {{ ref('int_carryover_changes') }}
    group by accounting_year, tax_item_code
),

versions as (
    select
        carryovers.*,
        row_number() over (
            partition by carryovers.instalment_id, carryovers.carryover_year
            order by
                carryovers.delivery_date desc, carryovers.delivery_seq desc,
                carryovers.source_file_no desc, carryovers.source_line_no desc
        ) as version_rank
    from {{ ref('stg_carryover') }} as carryovers
    inner join {{ ref('int_run') }} as run on carryovers.delivery_date <= run.as_of_date
),

stated as (
    select
        carryover_year as accounting_year,
        tax_item_code,
        cast(sum(carried_principal_yen) as bigint) as stated_yen
    from versions
    where version_rank = 1
    group by carryover_year, tax_item_code
)

select
    run.as_of_date,
    changes.*,
    stated.stated_yen,
    stamp.law_version
from changes
cross join {{ ref('int_run') }} as run
cross join {{ ref('int_law_version') }} as stamp
left join stated
    on changes.accounting_year = stated.accounting_year and changes.tax_item_code = stated.tax_item_code
