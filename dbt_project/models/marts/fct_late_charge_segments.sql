-- One row per rate segment of an instalment's late charge to the as-of date: consecutive days with one base and rate.
-- Instalments that were paid in full late keep their segments. The row of the law is the one in force on the first day.
select
    segments.instalment_id,
    segments.segment_from_date,
    segments.segment_to_date,
    segments.days_count,
    segments.rate_percent,
    segments.base_yen,
    segments.amount_yen,
    law_values.law_parameter_id,
    run.as_of_date,
    segments.segment_no,
    law_values.law,
    stamp.law_version
from {{ ref('int_late_charge_segments') }} as segments
cross join {{ ref('int_run') }} as run
cross join {{ ref('int_law_version') }} as stamp
left join {{ ref('int_law_values') }} as law_values
    on
        segments.rate_parameter = law_values.parameter
        and segments.tax_item_code = law_values.tax_item_code
        and segments.segment_from_date between law_values.valid_from and law_values.valid_to
