-- One row per instalment: the levy (調定) of which it is a part, by its own number, for taxes and premiums alike.
select distinct
    instalment_id,
    concat_ws(
        '|', tax_item_code, cast(assessment_year as {{ text_type() }}), cast(taxation_year as {{ text_type() }}),
        notice_no, cast(business_year_start_date as {{ text_type() }}), return_class,
        cast(return_seq as {{ text_type() }}), levy_key_reserved
    ) as levy_no
from {{ source('raw', 'raw_levy') }}
where notice_no is not null
union all
select distinct
    instalment_id,
    concat_ws(
        '|', cast(assessment_year as {{ text_type() }}), cast(accrual_year as {{ text_type() }}),
        assessment_management_no
    ) as levy_no
from {{ source('raw', 'raw_premium_assessment') }}
where assessment_management_no is not null
