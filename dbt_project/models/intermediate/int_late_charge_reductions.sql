-- One row per instalment and decision, by the as-of date, to reduce its late charge: how much. A decision names yen, or
-- a percentage of the charge over its days; of a segment that lies partly in them the days count, and the reduction is
-- cut to whole yen.
with decisions as (
    select reductions.*
    from {{ standing('late_charge_reduction', 'reduction_no, instalment_id') }} as reductions
    inner join {{ ref('int_run') }} as run on reductions.reduction_decision_date <= run.as_of_date
),

shares as (
    select
        decisions.instalment_id,
        decisions.reduction_no,
        decisions.reduction_decision_date,
        decisions.reduction_percent,
        segments.amount_yen,
        segments.days_count,
        greatest(
            segments.segment_from_date, coalesce(decisions.reduction_from_date, segments.segment_from_date)
        ) as from_date,
        least(segments.segment_to_date, coalesce(decisions.reduction_to_date, segments.segment_to_date)) as to_date
    from decisions
    inner join {{ ref('int_late_charge_segments') }} as segments on decisions.instalment_id = segments.instalment_id
    where decisions.reduction_yen is null and decisions.reduction_percent is not null
),

parts as (
    select
        instalment_id,
        reduction_no,
        reduction_decision_date,
        reduction_yen
    from decisions
    where reduction_yen is not null
    union all
    select
        instalment_id,
        reduction_no,
        reduction_decision_date,
        {{ charge_yen('amount_yen', 'reduction_percent', days_between('from_date', 'to_date') ~ ' + 1', 'days_count') }}
            as reduction_yen
    from shares
    where from_date <= to_date
)

select
    instalment_id,
    reduction_no,
    reduction_decision_date as decision_date,
    cast(sum(reduction_yen) as bigint) as reduced_yen
from parts
group by instalment_id, reduction_no, reduction_decision_date
