{# Periods of arrears cases. #}

{#
  The rows of a relation (instalment_id, from_date, to_date, both days included and given) with run_no: periods of an
  instalment that overlap, or follow one another without a day between, share a number.
#}
{% macro with_run_no(relation) -%}
(
    select
        periods.*,
        sum(case when {{ add_days('periods.from_date', -1) }} <= periods.covered_to_date then 0 else 1 end) over (
            partition by periods.instalment_id
            order by periods.from_date, periods.to_date rows between unbounded preceding and current row
        ) as run_no
    from (
        select
            bare.*,
            max(bare.to_date) over (
                partition by bare.instalment_id
                order by bare.from_date, bare.to_date rows between unbounded preceding and 1 preceding
            ) as covered_to_date
        from {{ relation }} as bare
    ) as periods
)
{%- endmacro %}
