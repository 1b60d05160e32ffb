{#
  How late charge arises, in two steps used twice: for every late instalment as of the run's date, and before that for
  the few receipts whose money is to be divided between late charge and overpayment on the day they were paid.
#}

{#
  Intervals of days on which nothing changes: principal, levied principal, extension, first period or after, relief.
  moves: principal entries (instalment_id, kind, effective_date, amount_yen, source_file_no, source_line_no).
  evaluations: one row per instalment_id and evaluate_date, with due_date, charged_after_date (earlier than the due date
  where a return was extended) and tax_item_code.
  A payment lowers the principal from the day after it; a raised levy counts from the day after the reassessment;
  a lowered one from the due date, if the law parameter late_charge_follows_reduction says so.
#}
{% macro principal_intervals(moves, evaluations) -%}
with evaluated as (
    select
        evaluations.instalment_id,
        evaluations.evaluate_date,
        evaluations.due_date,
        {{ add_days('evaluations.charged_after_date', 1) }} as first_late_date,
        evaluations.tax_item_code,
        moves.kind,
        moves.kind in ('levy', 'reassessment') as is_levy,
        moves.effective_date,
        greatest({{ add_days('moves.effective_date', 1) }}, {{ add_days('evaluations.charged_after_date', 1) }}) as start_date,
        moves.amount_yen,
        moves.source_file_no,
        moves.source_line_no
    from {{ evaluations }} as evaluations
    inner join {{ moves }} as moves
        on evaluations.instalment_id = moves.instalment_id and moves.effective_date <= evaluations.evaluate_date
),

reassessed as (
    select distinct instalment_id, evaluate_date from evaluated where kind = 'reassessment'
),

-- Only a levy that was changed has an order in which its versions count.
ordered as (
    select
        evaluated.*,
        row_number() over (
            partition by evaluated.instalment_id, evaluated.evaluate_date
            order by {{ entry_order('evaluated') }}, evaluated.source_file_no, evaluated.source_line_no
        ) as move_no
    from evaluated
    inner join reassessed
        on evaluated.instalment_id = reassessed.instalment_id and evaluated.evaluate_date = reassessed.evaluate_date
    where evaluated.is_levy
),

levied as (
    select
        *,
        sum(amount_yen) over (
            partition by instalment_id, evaluate_date order by move_no rows between unbounded preceding and current row
        ) as levied_yen
    from ordered
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
        tax_item_code,
        case when kind = 'levy' then first_late_date else start_date end as start_date,
        counted_yen - lag(counted_yen, 1, 0) over (partition by instalment_id, evaluate_date order by move_no)
            as principal_change_yen,
        counted_yen - lag(counted_yen, 1, 0) over (partition by instalment_id, evaluate_date order by move_no)
            as levied_change_yen,
        0 as exempt_change,
        0 as reduced_change,
        0 as later_change
    from counted
    union all
    select
        evaluated.instalment_id, evaluated.evaluate_date, evaluated.tax_item_code, evaluated.first_late_date,
        evaluated.amount_yen, evaluated.amount_yen, 0, 0, 0
    from evaluated
    left join reassessed
        on evaluated.instalment_id = reassessed.instalment_id and evaluated.evaluate_date = reassessed.evaluate_date
    where evaluated.is_levy and reassessed.instalment_id is null
    union all
    select instalment_id, evaluate_date, tax_item_code, start_date, amount_yen, 0, 0, 0, 0
    from evaluated
    where not is_levy
    union all
    select
        evaluations.instalment_id, evaluations.evaluate_date, evaluations.tax_item_code,
        {{ add_days(period_end('evaluations.due_date', 'months.value'), 1) }}, 0, 0, 0, 0, 1
    from {{ evaluations }} as evaluations
    {{ law_join('months', 'late_charge_first_period_months', 'evaluations.tax_item_code', 'evaluations.due_date') }}
    {%- for day, later_change in [('charged_after_date', -1), ('due_date', 1)] %}
    union all
    select
        instalment_id, evaluate_date, tax_item_code, {{ add_days(day, 1) }}, 0, 0, 0, 0, {{ later_change }}
    from {{ evaluations }}
    where charged_after_date < due_date
    {%- endfor %}
    union all
    select
        evaluations.instalment_id, evaluations.evaluate_date, evaluations.tax_item_code,
        greatest(reliefs.start_date, {{ add_days('evaluations.charged_after_date', 1) }}),
        0, 0, reliefs.exempt_change, reliefs.reduced_change, 0
    from {{ evaluations }} as evaluations
    inner join {{ ref('int_late_charge_reliefs') }} as reliefs on evaluations.instalment_id = reliefs.instalment_id
),

-- Of several changes on one day the last one tells the state of that day; those before it last no day.
days as (
    select
        instalment_id,
        evaluate_date,
        tax_item_code,
        start_date,
        coalesce({{ add_days('lead(start_date) over so_far', -1) }}, evaluate_date) as end_date,
        sum(principal_change_yen) over so_far as principal_yen,
        sum(levied_change_yen) over so_far as levied_yen,
        sum(exempt_change) over so_far as exempt_count,
        sum(reduced_change) over so_far as reduced_count,
        sum(later_change) over so_far as later_count
    from changes
    where start_date <= evaluate_date
    window so_far as (
        partition by instalment_id, evaluate_date
        order by start_date rows between unbounded preceding and current row
    )
)

select
    instalment_id,
    evaluate_date,
    tax_item_code,
    start_date as from_date,
    end_date as to_date,
    cast(principal_yen as bigint) as principal_yen,
    cast(levied_yen as bigint) as levied_yen,
    exempt_count > 0 as is_exempt,
    case
        when reduced_count > 0 then 'grace_rate'
        when later_count > 0 then 'late_charge_rate_after'
        when later_count < 0 then 'late_charge_rate_extension'
        else 'late_charge_rate_first_month'
    end as rate_parameter
from days
where start_date <= end_date
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
        row_number() over in_order as place_no,
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

-- Hardly any instalment has neighbours with the same base and rate; only those are put together.
continued as (
    select distinct instalment_id, evaluate_date from marked where is_new_segment = 0
),

numbered as (
    select
        marked.*,
        sum(marked.is_new_segment) over (
            partition by marked.instalment_id, marked.evaluate_date
            order by marked.place_no rows between unbounded preceding and current row
        ) as segment_no
    from marked
    inner join continued
        on marked.instalment_id = continued.instalment_id and marked.evaluate_date = continued.evaluate_date
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
        rate_percent,
        base_yen
    from numbered
    group by instalment_id, evaluate_date, tax_item_code, rate_parameter, segment_no, rate_percent, base_yen
    union all
    select
        marked.instalment_id,
        marked.evaluate_date,
        marked.tax_item_code,
        marked.rate_parameter,
        cast(marked.place_no as integer) as segment_no,
        marked.from_date as segment_from_date,
        marked.to_date as segment_to_date,
        marked.rate_percent,
        marked.base_yen
    from marked
    left join continued
        on marked.instalment_id = continued.instalment_id and marked.evaluate_date = continued.evaluate_date
    where continued.instalment_id is null
),

charged as (
    select
        segments.instalment_id,
        segments.evaluate_date,
        segments.tax_item_code,
        segments.rate_parameter,
        segments.segment_no,
        segments.segment_from_date,
        segments.segment_to_date,
        {{ days_between('segments.segment_from_date', 'segments.segment_to_date') }} + 1 as days_count,
        segments.rate_percent,
        segments.base_yen,
        {{ charge_yen(
            'segments.base_yen',
            'segments.rate_percent',
            days_between('segments.segment_from_date', 'segments.segment_to_date') ~ ' + 1',
            'year_days.value'
        ) }} as charge_yen
    from segments
    {{ law_join('year_days', 'days_per_year', 'segments.tax_item_code', 'segments.segment_from_date') }}
)

select
    charged.instalment_id,
    charged.evaluate_date,
    charged.tax_item_code,
    charged.rate_parameter,
    charged.segment_no,
    charged.segment_from_date,
    charged.segment_to_date,
    charged.days_count,
    charged.rate_percent,
    charged.base_yen,
    {{ cut_to_unit('charged.charge_yen', '0', 'unit.value') }} as amount_yen
from charged
{{ law_join('unit', 'segment_truncation', 'charged.tax_item_code', 'charged.segment_from_date') }}
{%- endmacro %}
