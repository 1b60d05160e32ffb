-- One row per demand notice or reminder of the window before the as-of date and instalment: what was owed on its day,
-- and in how many days it was paid in full (NULL: not yet). Only principal; a write-off pays nothing, a levy that was
-- reduced to what is paid is paid. A notice that crossed the payment in the post, so that nothing was owed, is no case.
with notices as (
    select instalment_id, 'demand' as notice_kind_code, demand_notice_date as notice_date
    from {{ ref('int_demand_notices') }}
    union all
    select instalment_id, 'reminder' as notice_kind_code, reminder_date as notice_date
    from {{ ref('int_reminder_notices') }}
),

recent as (
    select notices.*
    from notices
    inner join {{ ref('statistics_windows') }} as windows
        on windows.table_name = 'response_to_demand' and windows.window_name = 'notice_window'
    inner join {{ ref('int_run') }} as run
        on
            notices.notice_date <= run.as_of_date
            and notices.notice_date > {{ add_months('run.as_of_date', '-windows.months_count') }}
),

days as (
    select
        recent.instalment_id,
        recent.notice_kind_code,
        recent.notice_date,
        entries.effective_date,
        sum(entries.amount_yen) as change_yen,
        sum(case when entries.kind = 'write_off' then 0 else entries.amount_yen end) as paid_change_yen
    from recent
    inner join {{ ref('int_ledger_entries') }} as entries on recent.instalment_id = entries.instalment_id
    inner join {{ ref('int_run') }} as run on entries.effective_date <= run.as_of_date
    where entries.component = 'principal'
    group by recent.instalment_id, recent.notice_kind_code, recent.notice_date, entries.effective_date
),

balances as (
    select
        *,
        sum(paid_change_yen) over (
            partition by instalment_id, notice_kind_code, notice_date order by effective_date
            rows between unbounded preceding and current row
        ) as unpaid_yen
    from days
),

responses as (
    select
        instalment_id,
        notice_kind_code,
        notice_date,
        cast(sum(case when effective_date < notice_date then change_yen else 0 end) as bigint) as demanded_yen,
        min(case when effective_date >= notice_date and unpaid_yen <= 0 then effective_date end) as paid_date
    from balances
    group by instalment_id, notice_kind_code, notice_date
)

select
    responses.instalment_id,
    instalments.addressee_key,
    addressees.holding_key,
    instalments.tax_item_code,
    responses.notice_kind_code,
    responses.demanded_yen,
    {{ days_between('responses.notice_date', 'responses.paid_date') }} as days_count
from responses
inner join {{ ref('int_instalments') }} as instalments on responses.instalment_id = instalments.instalment_id
inner join {{ ref('dim_addressee') }} as addressees on instalments.addressee_key = addressees.addressee_key
where responses.demanded_yen > 0
