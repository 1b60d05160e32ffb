-- One row per instalment, accounting year and month end: what its principal account opened with and what moved in it.
-- The posting month is that of the credited day, kept inside the year's own months: money that a bank credits after
-- the closing for a payment made before it still belongs to the closing month.
with moves as (
    select
        ledger.instalment_id,
        ledger.accounting_year,
        greatest(
            last_day(years.opens_date),
            least(last_day(years.closes_date), last_day(coalesce(ledger.credited_date, ledger.effective_date)))
        ) as month_end_date,
        sum(case when ledger.kind in ('levy', 'reassessment') then ledger.amount_yen else 0 end) as levy_yen,
        sum(case when ledger.kind = 'refund' then ledger.amount_yen else 0 end) as refund_yen,
        -sum(case when ledger.kind = 'write_off' then ledger.amount_yen else 0 end) as write_off_yen,
        sum(ledger.amount_yen) as balance_yen
    from {{ ref('int_ledger_entries') }} as ledger
    inner join {{ ref('int_accounting_years') }} as years on ledger.accounting_year = years.accounting_year
    inner join {{ ref('int_run') }} as run on ledger.effective_date <= run.as_of_date
    where ledger.component = 'principal'
    group by ledger.instalment_id, ledger.accounting_year, month_end_date
),

-- Most years close as they opened, settled; only the others change what the next year opens with.
changed_years as (
    select instalment_id, accounting_year, sum(balance_yen) as balance_yen
    from moves
    group by instalment_id, accounting_year
    having sum(balance_yen) <> 0
),

closings as (
    select
        instalment_id,
        accounting_year,
        sum(balance_yen) over account as balance_yen,
        lead(accounting_year) over account as next_changed_year
    from changed_years
    window account as (partition by instalment_id order by accounting_year)
),

openings as (
    select
        closings.instalment_id,
        years.accounting_year,
        closings.balance_yen,
        case
            when instalments.levy_year < years.accounting_year - 1 then years.opens_date else years.carries_over_date
        end as opening_date
    from closings
    inner join {{ ref('int_accounting_years') }} as years
        on
            closings.accounting_year < years.accounting_year
            and coalesce(closings.next_changed_year, years.accounting_year) >= years.accounting_year
    inner join {{ ref('int_instalments') }} as instalments on closings.instalment_id = instalments.instalment_id
    where closings.balance_yen <> 0
),

openings_by_month as (
    select
        openings.instalment_id,
        openings.accounting_year,
        last_day(openings.opening_date) as month_end_date,
        openings.balance_yen
    from openings
    inner join {{ ref('int_run') }} as run on openings.opening_date <= run.as_of_date
)

select
    instalment_id,
    accounting_year,
    month_end_date,
    cast(coalesce(openings_by_month.balance_yen, 0) as bigint) as opening_yen,
    cast(coalesce(moves.levy_yen, 0) as bigint) as levy_yen,
    cast(coalesce(moves.refund_yen, 0) as bigint) as refund_yen,
    cast(coalesce(moves.write_off_yen, 0) as bigint) as write_off_yen,
    cast(coalesce(openings_by_month.balance_yen, 0) + coalesce(moves.balance_yen, 0) as bigint) as balance_yen
from moves
full outer join openings_by_month using (instalment_id, accounting_year, month_end_date)
