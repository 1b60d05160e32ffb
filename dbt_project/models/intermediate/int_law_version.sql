-- One row: the version of the law under which this run computes, a digest of every value in force in any period, of its
-- number and its article. The same values give the same version, in whatever order they stand and however they are
-- written (8.7 or 8.70); another source, status or note gives no other version.
with described as (
    select
        concat_ws(
            ';',
            law_parameter_id,
            parameter,
            scope,
            coalesce(cast(valid_from as {{ text_type() }}), 'ever'),
            coalesce(cast(valid_to as {{ text_type() }}), 'ever'),
            case
                when unit = 'month_day' then value
                else cast(cast(value as decimal(12, 5)) as {{ text_type() }})
            end,
            unit,
            law
        ) as value_description
    from {{ ref('int_law_parameters') }}
)

select {{ entry_id('V', [joined_in_order('value_description')]) }} as law_version
from described
