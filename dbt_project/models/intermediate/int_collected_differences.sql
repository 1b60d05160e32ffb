-- One row per instalment and component whose collected total in the levy record is not what the ledger had collected,
-- net of refunds, when the record was delivered. A receipt that was credited and reported before that day must be in
-- it, one not yet paid must not; those on their way on that day come in by the order of their credited days, so the
-- total may stand at any step of that way. ledger_yen: with the receipts that must be in it; reachable_yen: with all
-- that may.
with moves as (
    select
        stated.instalment_id,
        stated.component,
        stated.stated_yen,
        -entries.amount_yen as collected_yen,
        entries.ledger_entry_id,
        coalesce(entries.credited_date, entries.effective_date) as credited_date,
        case
            when entries.kind = 'refund' then files.delivery_date <= stated.delivery_date
            else
                greatest(coalesce(entries.credited_date, entries.effective_date), files.delivery_date)
                < stated.delivery_date
        end as must_be_in
    from {{ ref('int_stated_collections') }} as stated
    inner join {{ ref('int_ledger_entries') }} as entries
        on stated.instalment_id = entries.instalment_id and stated.component = entries.component
    inner join {{ ref('stg_delivered_files') }} as files on entries.source_file_no = files.file_no
    where
        entries.kind in ('receipt', 'receipt_correction', 'appropriation', 'refund')
        and entries.effective_date <= stated.delivery_date
        and (entries.kind <> 'refund' or files.delivery_date <= stated.delivery_date)
),

totals as (
    select
        stated.instalment_id,
        stated.component,
        stated.stated_yen,
        stated.source_file_no,
        stated.source_line_no,
        cast(coalesce(sum(case when moves.must_be_in then moves.collected_yen end), 0) as bigint) as ledger_yen,
        cast(coalesce(sum(moves.collected_yen), 0) as bigint) as reachable_yen
    from {{ ref('int_stated_collections') }} as stated
    left join moves on stated.instalment_id = moves.instalment_id and stated.component = moves.component
    group by
        stated.instalment_id, stated.component, stated.stated_yen, stated.source_file_no, stated.source_line_no
),

steps as (
    select
        moves.instalment_id,
        moves.component,
        totals.ledger_yen + sum(moves.collected_yen) over (
            partition by moves.instalment_id, moves.component
            order by moves.credited_date, moves.ledger_entry_id
            rows between unbounded preceding and current row
        ) as step_yen
    from moves
    inner join totals on moves.instalment_id = totals.instalment_id and moves.component = totals.component
    where
        not moves.must_be_in
        and totals.stated_yen <> totals.ledger_yen
        and totals.stated_yen <> totals.reachable_yen
)

select totals.*
from totals
left join steps
    on
        totals.instalment_id = steps.instalment_id
        and totals.component = steps.component
        and totals.stated_yen = steps.step_yen
where
    steps.instalment_id is null
    and totals.stated_yen <> totals.ledger_yen
    and totals.stated_yen <> totals.reachable_yen
