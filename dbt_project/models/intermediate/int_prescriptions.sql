-- One row per late instalment: the last day of its claim, and the act from which the years run to it. An act that comes
-- after the claim has lapsed renews nothing: the claim ends at the first lapse that no act came in time for.
with chained as (
    select
        runs.*,
        max(runs.lapse_date) over (
            partition by runs.instalment_id order by runs.act_no rows between unbounded preceding and current row
        ) as alive_until_date,
        lead(runs.act_date) over (partition by runs.instalment_id order by runs.act_no) as next_act_date
    from {{ ref('int_prescription_runs') }} as runs
),

lapses as (
    select
        instalment_id,
        min(alive_until_date) as prescription_date
    from chained
    where next_act_date is null or next_act_date > alive_until_date
    group by instalment_id
),

reasons as (
    select
        lapses.prescription_date,
        runs.*,
        row_number() over (
            partition by runs.instalment_id order by runs.renewed_on_date desc, runs.act_no desc
        ) as newest_rank
    from lapses
    inner join {{ ref('int_prescription_runs') }} as runs
        on
            lapses.instalment_id = runs.instalment_id
            and lapses.prescription_date = runs.lapse_date
            and runs.act_date <= lapses.prescription_date
)

select
    instalment_id,
    renewal_kind,
    act_date,
    renewed_on_date,
    suspended_days,
    prescription_date
from reasons
where newest_rank = 1
