{# What the codes of the feeds mean, where a word serves better than the code. #}

{# Cause of a reassessment; a code nobody has explained counts as an ordinary reassessment. #}
{% macro reassessment_cause(code) -%}
case {{ code }}
    when '2' then 'on_request'
    when '3' then 'income_tax'
    when '4' then 'mistake'
    else 'reassessment'
end
{%- endmacro %}

{# Clause under which a claim was written off; NULL when the code is none of the three. #}
{% macro write_off_clause(code) -%}
case {{ code }}
    when '1' then '15-7-4'
    when '2' then '15-7-5'
    when '3' then '18'
end
{%- endmacro %}

{# Kind of a grace: for a disaster late charge is waived, for others reduced (Local Tax Act art. 15, 15-5, 15-6, 15-9). #}
{% macro grace_kind(code) -%}
case {{ code }}
    when '1' then 'disaster_grace'
    when '2' then 'collection_grace'
    when '3' then 'conversion_grace'
    when '4' then 'conversion_grace'
end
{%- endmacro %}

{# State of an instalment plan as the city keeps it; a code nobody has explained is told as running. #}
{% macro plan_state(code) -%}
case {{ code }}
    when '2' then 'fulfilled'
    when '3' then 'broken'
    when '4' then 'cancelled'
    else 'running'
end
{%- endmacro %}

{# The first day on or after a date that has a month and day (MMDD); NULL where neither year has it. #}
{% macro next_month_day(from_date, month_day) -%}
case
    when {{ month_day_in('year(' ~ from_date ~ ')', month_day) }} >= {{ from_date }}
        then {{ month_day_in('year(' ~ from_date ~ ')', month_day) }}
    else {{ month_day_in('year(' ~ from_date ~ ') + 1', month_day) }}
end
{%- endmacro %}

{# A date from a year and MMDD; NULL where the year has no such day (0229), never another day. #}
{% macro month_day_in(year, month_day) -%}
try_cast(concat_ws(
    '-', cast({{ year }} as {{ text_type() }}), substr({{ month_day }}, 1, 2), substr({{ month_day }}, 3, 2)
) as date)
{%- endmacro %}
