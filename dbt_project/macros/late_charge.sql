{#
  How late charge arises, in two steps used twice: for every late instalment as of the run's date, and before that for
  the few receipts whose money is to be divided between late charge and overpayment on the day they were paid.
#}

{#
  Intervals of days on which nothing changes: principal, levied principal, first period or after, relief.
  moves: principal entries (instalment_id, kind, effective_date, amount_yen, source_file_no, source_line_no).
  evaluations: one row per instalment_id and evaluate_date, with due_date and tax_item_code.
  A payment lowers the principal from the day after it; a raised levy counts from the day after the reassessment;
  a lowered one from the due date, if the law parameter late_charge_follows_reduction says so.
#}
{% macro principal_intervals(moves, evaluations) -%}
with evaluated as (
    select
        evaluations.instalment_id,
        evaluations.evaluate_date,
        evaluations.due_date,
        {{ add_days('evaluations.due_date', 1) }} as first_late_date,
        evaluations.tax_item_code,
        moves.kind,
        moves.kind in ('levy', 'reassessment') as is_levy,
        greatest({{ add_days('moves.effective_date', 1) }}, {{ add_days('evaluations.due_date', 1) }}) as start_date,
        moves.amount_yen,
        row_number() over (
            partition by evaluations.instalment_id, evaluations.evaluate_date
            order by {{ entry_order('moves') }}, moves.source_file_no, moves.source_line_no
        ) as move_no
    from {{ evaluations }} as evaluations
    inner join {{ moves }} as moves
        on evaluations.instalment_id = moves.instalment_id and moves.effective_date <= evaluations.evaluate_date
),

levied as (
    select
        *,
        sum(amount_yen) over (
            partition by instalment_id, evaluate_date order by move_no rows between unbounded preceding and current row
        ) as levied_yen
    from evaluated
    where is_levy
),

counted as (
    select
        levied.*,
        case
            when reaching_back.value = 1
                then min(levied.levied_yen) over (
                    partition by levied.instalment_id, levied.evaluate_date
                    order by levied.move_no rows between current row and unbounded following
                )
            else levied.levied_yen
        end as counted_yen
    from levied
    {{ law_join('reaching_back', 'late_charge_follows_reduction', 'levied.tax_item_code', 'levied.due_date') }}
),

changes as (
    select
        instalment_id,
        evaluate_date,
        case when kind = 'levy' then first_late_date else start_date end as start_date,
        counted_yen - lag(counted_yen, 1, 0) over (partition by instalment_id, evaluate_date order by move_no)
            as principal_change_yen,
        counted_yen - lag(counted_yen, 1, 0) over (partition by instalment_id, evaluate_date order by move_no)
            as levied_change_yen,
        0 as exempt_change,
        0 as reduced_change
    from counted
    union all
    select instalment_id, evaluate_date, start_date, amount_yen, 0, 0, 0
    from evaluated
    where not is_levy
    union all
    select
        evaluations.instalment_id, evaluations.evaluate_date,
        {{ add_days(period_end('evaluations.due_date', 'months.value'), 1) }}, 0, 0, 0, 0
    from {{ evaluations }} as evaluations
    {{ law_join('months', 'late_charge_first_period_months', 'evaluations.tax_item_code', 'evaluations.due_date') }}
    union all
    select
        evaluations.instalment_id, evaluations.evaluate_date,
        greatest(reliefs.start_date, {{ add_days('evaluations.due_date', 1) }}), 0, 0, reliefs.exempt_change, reliefs.reduced_change
    from {{ evaluations }} as evaluations
    inner join {{ ref('int_late_charge_reliefs') }} as reliefs on evaluations.instalment_id = reliefs.instalment_id
),

days as (
    select
        instalment_id,
        evaluate_date,
        start_date,
        sum(principal_change_yen) as principal_change_yen,
        sum(levied_change_yen) as levied_change_yen,
        sum(exempt_change) as exempt_change,
        sum(reduced_change) as reduced_change
    from changes
    where start_date <= evaluate_date
    group by instalment_id, evaluate_date, start_date
)

select
    days.instalment_id,
    days.evaluate_date,
    evaluations.tax_item_code,
    days.start_date as from_date,
    coalesce(
        {{ add_days('lead(days.start_date) over so_far', -1) }}, days.evaluate_date
    ) as to_date,
    cast(sum(days.principal_change_yen) over so_far as bigint) as principal_yen,
    cast(sum(days.levied_change_yen) over so_far as bigint) as levied_yen,
    sum(days.exempt_change) over so_far > 0 as is_exempt,
    case
        when sum(days.reduced_change) over so_far > 0 then 'grace_rate'
        when days.start_date > {{ period_end('evaluations.due_date', 'months.value') }} then 'late_charge_rate_after'
        else 'late_charge_rate_first_month'
    end as rate_parameter
from days
inner join {{ evaluations }} as evaluations
    on days.instalment_id = evaluations.instalment_id and days.evaluate_date = evaluations.evaluate_date
{{ law_join('months', 'late_charge_first_period_months', 'evaluations.tax_item_code', 'evaluations.due_date') }}
window so_far as (
    partition by days.instalment_id, days.evaluate_date order by days.start_date
)
{%- endmacro %}

{#
  Rate segments of such intervals: consecutive days with the same base and the same rate, each cut to whole yen.
  The base is the principal cut to its unit, none below its minimum.
#}
{% macro late_charge_segments(intervals) -%}
with bases as (
    select
        intervals.*,
        case
            when intervals.principal_yen <= 0 or intervals.is_exempt then 0
            when tests_remaining.value <> 1 and intervals.levied_yen < minimum.value then 0
            when tests_remaining.value <> 1 then {{ cut_to_unit('intervals.principal_yen', '0', 'unit.value') }}
            else {{ cut_to_unit('intervals.principal_yen', 'minimum.value', 'unit.value') }}
        end as base_yen
    from {{ intervals }} as intervals
    {{ law_join('minimum', 'late_charge_base_minimum', 'intervals.tax_item_code', 'intervals.from_date') }}
    {{ law_join('unit', 'late_charge_base_unit', 'intervals.tax_item_code', 'intervals.from_date') }}
    {{ law_join('tests_remaining', 'late_charge_minimum_tests_remaining', 'intervals.tax_item_code', 'intervals.from_date') }}
),

rated as (
    select
        bases.instalment_id,
        bases.evaluate_date,
        bases.tax_item_code,
        bases.rate_parameter,
        bases.base_yen,
        rates.rate_percent,
        rates.rate_period_no,
        greatest(bases.from_date, rates.from_date) as from_date,
        least(bases.to_date, rates.to_date) as to_date
    from bases
    inner join {{ ref('int_rate_periods') }} as rates
        on
            bases.tax_item_code = rates.tax_item_code
            and bases.rate_parameter = rates.parameter
            and bases.from_date <= rates.to_date
            and bases.to_date >= rates.from_date
    where bases.base_yen > 0
),

marked as (
    select
        *,
        case
            when
                lag(to_date) over in_order = {{ add_days('from_date', -1) }}
                and lag(base_yen) over in_order = base_yen
                and lag(rate_parameter) over in_order = rate_parameter
                and lag(rate_period_no) over in_order = rate_period_no
                then 0
            else 1
        end as is_new_segment
    from rated
    window in_order as (partition by instalment_id, evaluate_date order by from_date)
),

numbered as (
    select
        *,
        sum(is_new_segment) over (
            partition by instalment_id, evaluate_date order by from_date rows between unbounded preceding and current row
        ) as segment_no
    from marked
),

segments as (
    select
        instalment_id,
        evaluate_date,
        tax_item_code,
        rate_parameter,
        cast(segment_no as integer) as segment_no,
        min(from_date) as segment_from_date,
        max(to_date) as segment_to_date,
        {{ days_between('min(from_date)', 'max(to_date)') }} + 1 as days_count,
        rate_percent,
        base_yen
    from numbered
    group by instalment_id, evaluate_date, tax_item_code, rate_parameter, segment_no, rate_percent, base_yen
)

select
    segments.*,
    {{ cut_to_unit(
        charge_yen('segments.base_yen', 'segments.rate_percent', 'segments.days_count', 'year_days.value'), '0', 'unit.value'
    ) }} as amount_yen
from segments
{{ law_join('year_days', 'days_per_year', 'segments.tax_item_code', 'segments.segment_from_date') }}
{{ law_join('unit', 'segment_truncation', 'segments.tax_item_code', 'segments.segment_from_date') }}
{%- endmacro %}
