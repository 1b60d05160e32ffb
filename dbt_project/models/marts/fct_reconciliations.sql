-- One row per comparison of the receipts with the city's own records: how much was compared, and what differs.
-- comparison_state nothing_delivered: the city delivered no such record (no receipt history; levy records that state no
-- collected total), so that no difference does not mean that all is well.
with compared as (
    select
        'receipt_history' as comparison,
        count(distinct instalment_id) as instalment_count,
        cast(sum(receipt_count) as bigint) as record_count
    from {{ ref('int_history_days') }}
    union all
    select
        'collected_total' as comparison,
        count(distinct instalment_id) as instalment_count,
        count(*) as record_count
    from {{ ref('int_stated_collections') }}
),

found as (
    select
        causes.comparison,
        count(*) as difference_count,
        count(*) filter (where differences.is_accepted) as accepted_count
    from {{ ref('fct_receipt_differences') }} as differences
    inner join {{ ref('difference_causes') }} as causes on differences.cause = causes.cause
    group by causes.comparison
)

select
    run.as_of_date,
    compared.comparison,
    case when compared.instalment_count = 0 then 'nothing_delivered' else 'compared' end as comparison_state,
    compared.instalment_count,
    coalesce(compared.record_count, 0) as record_count,
    coalesce(found.difference_count, 0) as difference_count,
    coalesce(found.accepted_count, 0) as accepted_count,
    stamp.law_version
from compared
cross join {{ ref('int_run') }} as run
cross join {{ ref('int_law_version') }} as stamp
left join found on compared.comparison = found.comparison
