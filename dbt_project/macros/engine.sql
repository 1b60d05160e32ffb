{#
  What is particular to an engine stands here and nowhere else; another engine adds its own prefix beside duckdb__.
  The SQL linter knows no adapter and is given DuckDB's text.
#}

{# A date moved by whole months; where the month is shorter, its last day. #}
{% macro add_months(date_expression, months) %}{{ (adapter.dispatch('add_months', 'osamari') if adapter is defined else duckdb__add_months)(date_expression, months) }}{% endmacro %}
{% macro duckdb__add_months(date_expression, months) -%}
cast({{ date_expression }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}
{% macro spark__add_months(date_expression, months) -%}
add_months({{ date_expression }}, cast({{ months }} as int))
{%- endmacro %}

{# A date moved by whole days. #}
{% macro add_days(date_expression, days) %}{{ (adapter.dispatch('add_days', 'osamari') if adapter is defined else duckdb__add_days)(date_expression, days) }}{% endmacro %}
{% macro duckdb__add_days(date_expression, days) -%}
({{ date_expression }} + cast({{ days }} as integer))
{%- endmacro %}
{% macro spark__add_days(date_expression, days) -%}
date_add({{ date_expression }}, cast({{ days }} as int))
{%- endmacro %}

{# Days from the first date to the second, the first not counted. #}
{% macro days_between(from_date, to_date) %}{{ (adapter.dispatch('days_between', 'osamari') if adapter is defined else duckdb__days_between)(from_date, to_date) }}{% endmacro %}
{% macro duckdb__days_between(from_date, to_date) -%}
cast({{ to_date }} - {{ from_date }} as integer)
{%- endmacro %}
{% macro spark__days_between(from_date, to_date) -%}
datediff({{ to_date }}, {{ from_date }})
{%- endmacro %}

{# True on Saturday and Sunday. #}
{% macro is_weekend(date_expression) %}{{ (adapter.dispatch('is_weekend', 'osamari') if adapter is defined else duckdb__is_weekend)(date_expression) }}{% endmacro %}
{% macro duckdb__is_weekend(date_expression) -%}
isodow({{ date_expression }}) > 5
{%- endmacro %}
{% macro spark__is_weekend(date_expression) -%}
weekday({{ date_expression }}) > 4
{%- endmacro %}

{# One row per day of a span, both ends included, as a derived table with the column calendar_date. #}
{% macro days_of_span(from_date, to_date) %}{{ (adapter.dispatch('days_of_span', 'osamari') if adapter is defined else duckdb__days_of_span)(from_date, to_date) }}{% endmacro %}
{% macro duckdb__days_of_span(from_date, to_date) -%}
select cast(unnest(generate_series({{ from_date }}, {{ to_date }}, interval 1 day)) as date) as calendar_date
{%- endmacro %}
{% macro spark__days_of_span(from_date, to_date) -%}
select explode(sequence({{ from_date }}, {{ to_date }})) as calendar_date
{%- endmacro %}

{# Whole-number quotient, cut toward zero, exact for products far beyond 64 bits. #}
{% macro exact_quotient(numerators, divisor) %}{{ (adapter.dispatch('exact_quotient', 'osamari') if adapter is defined else duckdb__exact_quotient)(numerators, divisor) }}{% endmacro %}
{% macro duckdb__exact_quotient(numerators, divisor) -%}
cast(
    {%- for numerator in numerators %}
    cast({{ numerator }} as hugeint){{ ' *' if not loop.last }}
    {%- endfor %}
    // cast({{ divisor }} as hugeint) as bigint
)
{%- endmacro %}
{% macro spark__exact_quotient(numerators, divisor) -%}
cast(
    {%- for numerator in numerators %}
    cast({{ numerator }} as decimal(18, 0)){{ ' *' if not loop.last }}
    {%- endfor %}
    div cast({{ divisor }} as decimal(18, 0)) as bigint
)
{%- endmacro %}

{# The texts of a group in order, in one text. #}
{% macro joined_in_order(text_expression) %}{{ (adapter.dispatch('joined_in_order', 'osamari') if adapter is defined else duckdb__joined_in_order)(text_expression) }}{% endmacro %}
{% macro duckdb__joined_in_order(text_expression) -%}
string_agg({{ text_expression }}, '|' order by {{ text_expression }})
{%- endmacro %}
{% macro spark__joined_in_order(text_expression) -%}
array_join(sort_array(collect_list({{ text_expression }})), '|')
{%- endmacro %}

{# The type of texts. #}
{% macro text_type() %}{{ (adapter.dispatch('text_type', 'osamari') if adapter is defined else duckdb__text_type)() }}{% endmacro %}
{% macro duckdb__text_type() %}varchar{% endmacro %}
{% macro spark__text_type() %}string{% endmacro %}

{# An id made of a letter and a hash; parts must not be personal values, since nothing secret goes in. #}
{% macro entry_id(letter, parts) -%}
'{{ letter }}' || substr(md5(concat_ws('|'
    {%- for part in parts %}, cast({{ part }} as {{ text_type() }}){% endfor -%}
)), 1, 20)
{%- endmacro %}

{# One row per part of a text that is separated by bars; the column is called part. #}
{% macro parts_of(text_expression) %}{{ (adapter.dispatch('parts_of', 'osamari') if adapter is defined else duckdb__parts_of)(text_expression) }}{% endmacro %}
{% macro duckdb__parts_of(text_expression) -%}
unnest(string_split({{ text_expression }}, '|'))
{%- endmacro %}
{% macro spark__parts_of(text_expression) -%}
explode(split({{ text_expression }}, '[|]'))
{%- endmacro %}

{# The value of the row that comes first in an order, within a group. #}
{% macro value_of_first(value_expression, order_expression) %}{{ (adapter.dispatch('value_of_first', 'osamari') if adapter is defined else duckdb__value_of_first)(value_expression, order_expression) }}{% endmacro %}
{% macro duckdb__value_of_first(value_expression, order_expression) -%}
arg_min({{ value_expression }}, {{ order_expression }})
{%- endmacro %}
{% macro spark__value_of_first(value_expression, order_expression) -%}
min_by({{ value_expression }}, {{ order_expression }})
{%- endmacro %}
