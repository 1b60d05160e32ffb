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

{# A date from a year and MMDD; NULL where the year has no such day (0229), never another day. #}
{% macro month_day_in(year, month_day) -%}
try_cast(concat_ws(
    '-', cast({{ year }} as {{ text_type() }}), substr({{ month_day }}, 1, 2), substr({{ month_day }}, 3, 2)
) as date)
{%- endmacro %}
