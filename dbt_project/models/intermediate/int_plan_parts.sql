-- One row per part of an instalment plan that stands, over the instalments it pays: due, paid in full or not.
select
    plan_no,
    part_no,
    min(part_due_date) as part_due_date,
    cast(sum(part_yen) as bigint) as part_yen,
    cast(sum(coalesce(part_paid_yen, 0)) as bigint) as part_paid_yen
from {{ standing('instalment_plan_part', 'plan_no, part_no, instalment_id') }} as parts
group by plan_no, part_no
