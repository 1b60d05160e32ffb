{# The law in SQL: no number stands here. Values come from int_law_values, on the day the caller names. #}

{#
  Joins the value of a law parameter in force on a day for a tax item, as <alias>.value (number) or <alias>.value_text.
  The join keeps every row: a missing value shows as NULL and is refused by assert_law_is_known_where_it_is_needed.
#}
{% macro law_join(alias, parameter, tax_item_code, on_date) -%}
left join {{ ref('int_law_values') }} as {{ alias }}
    on
        {{ alias }}.parameter = '{{ parameter }}'
        and {{ alias }}.tax_item_code = {{ tax_item_code }}
        and {{ on_date }} between {{ alias }}.valid_from and {{ alias }}.valid_to
{%- endmacro %}

{# Joins the value in force on a day for what has no tax item yet, as text: <alias>.value of the rows with scope all. #}
{% macro law_join_for_all(alias, parameter, on_date) -%}
left join {{ ref('int_law_parameters') }} as {{ alias }}
    on
        {{ alias }}.parameter = '{{ parameter }}'
        and {{ alias }}.scope = 'all'
        and ({{ alias }}.valid_from is null or {{ on_date }} >= {{ alias }}.valid_from)
        and ({{ alias }}.valid_to is null or {{ on_date }} <= {{ alias }}.valid_to)
{%- endmacro %}

{#
  Last day of a period of months that runs from the day after a date: the day before the corresponding day, or the last
  day of a month that has no such day. Not shifted for holidays. Civil Code art. 143, Local Tax Act art. 20-5.
#}
{% macro period_end(date_before, months) -%}
{%- set first_day = add_days(date_before, 1) -%}
{%- set reached = add_months(first_day, months) -%}
case
    when extract(day from {{ reached }}) = extract(day from {{ first_day }}) then {{ add_days(reached, -1) }}
    else {{ reached }}
end
{%- endmacro %}

{# Yen cut down to a unit; nothing when below the minimum. #}
{% macro cut_to_unit(yen, minimum, unit) -%}
case
    when {{ yen }} < cast({{ minimum }} as bigint) then 0
    else {{ yen }} - {{ yen }} % cast({{ unit }} as bigint)
end
{%- endmacro %}

{# Whole yen of a yearly percentage on a base over days, cut, never rounded; exact for any base. Rates have at most five decimals. #}
{% macro charge_yen(base_yen, rate_percent, days, days_per_year) -%}
{{ exact_quotient(
    [base_yen, rate_percent ~ ' * 100000', days],
    'cast(' ~ days_per_year ~ ' as bigint) * 100 * 100000'
) }}
{%- endmacro %}

{# A month and day of the law ("05-31") in a year, as a date. #}
{% macro month_day_of(year, month_day) -%}
make_date({{ year }}, cast(substr({{ month_day }}, 1, 2) as integer), cast(substr({{ month_day }}, 4, 2) as integer))
{%- endmacro %}

{# Fiscal year of a date, given the law's first day of the fiscal year. #}
{% macro fiscal_year_of(date_expression, first_month_day) -%}
case
    when {{ date_expression }} >= {{ month_day_of('year(' ~ date_expression ~ ')', first_month_day) }} then year({{ date_expression }})
    else year({{ date_expression }}) - 1
end
{%- endmacro %}

{#
  Accounting year of an event: the levy year until its accounts close (the closing day of the next calendar year), then the
  fiscal year of the event. Local Autonomy Act art. 235-5, its order art. 142.
#}
{% macro accounting_year_of(levy_year, date_expression, closing_month_day, first_month_day) -%}
case
    when {{ date_expression }} <= {{ month_day_of(levy_year ~ ' + 1', closing_month_day) }} then {{ levy_year }}
    else {{ fiscal_year_of(date_expression, first_month_day) }}
end
{%- endmacro %}

{# Joins the months that pass before refund interest runs, by cause, for int_overpayments. #}
{% macro refund_wait(alias, cause) -%}
{{ law_join(
    alias, 'refund_interest_wait_months_' ~ cause, 'overpayments.tax_item_code', 'overpayments.arising_date'
) }}
{%- endmacro %}
