-- One row per late instalment: the last day of its claim, and the act from which the years run to it. An act that comes
-- after the claim has lapsed renews nothing: the claim ends at the first lapse that no act came in time for. An act
-- within a longer one (a payment while a seizure lasts) starts nothing anew.
with ordered as (
    select
        runs.*,
        max(runs.renewed_on_date) over (
            partition by runs.instalment_id order by runs.act_no rows between unbounded preceding and 1 preceding
        ) as renewed_before_date
    from {{ ref('int_prescription_runs') }} as runs
),

chained as (
    select
        *,
        lead(act_date) over (partition by instalment_id order by act_no) as next_act_date
    from ordered
    where renewed_before_date is null or renewed_on_date > renewed_before_date
),

lapses as (
    select
        *,
        row_number() over (partition by instalment_id order by act_no) as lapse_no
    from chained
    where next_act_date is null or next_act_date > lapse_date
)

select
    instalment_id,
    renewal_kind,
    act_date,
    renewed_on_date,
    suspended_days,
    lapse_date as prescription_date
from lapses
where lapse_no = 1
