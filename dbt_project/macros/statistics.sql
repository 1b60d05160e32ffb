{#
  part as a percentage of whole, rounded half up to the step (percent) of the law parameter collection_rate_rounding.
  Whole numbers only, so it is exact; half of a step goes away from zero. NULL when there is nothing to collect.
#}
{% macro collection_rate(part, whole, step) -%}
{%- set half_steps = exact_quotient(['200', 'abs(' ~ part ~ ')', '100000'], whole ~ ' * cast(100000 * ' ~ step ~ ' as bigint)') -%}
case
    when {{ whole }} > 0 then
        cast(sign({{ part }}) * {{ exact_quotient([half_steps ~ ' + 1'], '2') }} * {{ step }} as decimal(9, 1))
end
{%- endmacro %}

{#
  Completed years of life on a day; the birthday itself counts. NULL without a birth date.
#}
{% macro completed_years(birth_date, on_date) -%}
year({{ on_date }}) - year({{ birth_date }})
- case when month({{ on_date }}) * 100 + day({{ on_date }}) < month({{ birth_date }}) * 100 + day({{ birth_date }}) then 1 else 0 end
{%- endmacro %}

{# Joins the codes that a leaf code of a table counts in, as <alias>.ancestor_code: itself, its groups, the total. #}
{% macro counted_under(alias, table, dimension, code) -%}
inner join {{ ref('cells_code_ancestors') }} as {{ alias }}
    on
        {{ alias }}.table_name = '{{ table }}'
        and {{ alias }}.dimension = '{{ dimension }}'
        and {{ code }} = {{ alias }}.code
{%- endmacro %}

{# Joins the band of a table that a whole number lies in, as <alias>.code; both ends count, an empty end has no limit. #}
{% macro band_join(alias, table, dimension, amount) -%}
left join {{ ref('statistics_bands') }} as {{ alias }}
    on
        {{ alias }}.table_name = '{{ table }}'
        and {{ alias }}.dimension = '{{ dimension }}'
        and {{ amount }} >= coalesce({{ alias }}.from_value, {{ amount }})
        and {{ amount }} <= coalesce({{ alias }}.to_value, {{ amount }})
{%- endmacro %}

{#
  Within how many months of a day another day comes: 0 on the day itself, 1 up to the same day of the next month (or its
  last day), -1 when it has passed.
#}
{% macro months_until(from_date, to_date) -%}
{%- set months = '12 * (year(' ~ to_date ~ ') - year(' ~ from_date ~ ')) + month(' ~ to_date ~ ') - month(' ~ from_date ~ ')' -%}
case
    when {{ to_date }} < {{ from_date }} then -1
    when {{ to_date }} <= {{ add_months(from_date, months) }} then {{ months }}
    else {{ months }} + 1
end
{%- endmacro %}

{#
  Cells of the arrears by tax item with their day. Where no instalment of a tax item has fallen due, nothing can be in
  arrears: such a cell is empty by the calendar and tells nothing about anybody.
#}
{% macro arrears_cells_as_of(cells) -%}
select
    run.as_of_date,
    cells.*,
    coalesce(due.tax_item_code is null and cells.case_count = 0, false) as is_structural_zero
from {{ cells }} as cells
cross join {{ ref('int_run') }} as run
left join {{ ref('cells_levies_due') }} as due
    on due.levy_year_code = 'T' and cells.tax_item_code = due.tax_item_code
{%- endmacro %}

{#
  One row per combination of the dimensions' codes, with groups, totals and empty cells: measures and their evidence.

    table       the statistic, whose codes and groups stand in cells_code_ancestors
    facts       relation with one row per case: the leaf code of each dimension, addressee_key, holding_key, what is measured
    dimensions  names of its code columns
    measures    pairs of a name and what it is over the facts of one holding ('count(*)', 'sum(facts.paid_yen)')
    magnitude   the measure in yen by which holdings are compared
    parts       measures that only some of a cell's holdings have (of the requests, those that failed again)
    Evidence is per holding, since the members of a household or company know each other's affairs: how many holdings
    contribute, and what the largest and the second largest of them have of the magnitude in the cell (yen). A cell shows
    all its measures or none, so the contributors counted are those of the measure that has the fewest, zeros left out:
    the one claim that lapses among fifty that wait would otherwise be shown.
#}
{%- macro cells_with_evidence(table, facts, dimensions, measures, magnitude, parts=[]) -%}
with holdings as (
    select
        {%- for dimension in dimensions %}
        {{ dimension }}s.ancestor_code as {{ dimension }},
        {%- endfor %}
        facts.holding_key{% for measure, expression in measures %},
        {{ expression }} as {{ measure }}{% endfor %}
    from {{ facts }} as facts
    {%- for dimension in dimensions %}
    {{ counted_under(dimension ~ 's', table, dimension, 'facts.' ~ dimension) }}
    {%- endfor %}
    group by {% for dimension in dimensions %}{{ dimension }}s.ancestor_code, {% endfor %}facts.holding_key
),

ranked as (
    select
        *,
        row_number() over (
            partition by {{ dimensions | join(', ') }} order by {{ magnitude }} desc, holding_key
        ) as size_rank
    from holdings
),

measured as (
    select
        {{ dimensions | join(', ') }},
        {%- for measure, expression in measures %}
        sum({{ measure }}) as {{ measure }},
        {%- endfor %}
        {{ 'least(' if parts }}count(*){% for part in parts %},
            nullif(sum(case when {{ part }} <> 0 then 1 else 0 end), 0){% endfor %}{{ ')' if parts }} as contributor_count,
        max({{ magnitude }}) as largest_contributor_yen,
        max(case when size_rank = 2 then {{ magnitude }} else 0 end) as second_largest_contributor_yen
    from ranked
    group by {{ dimensions | join(', ') }}
),

combinations as (
    select distinct
        {%- for dimension in dimensions %}
        {{ dimension }}s.ancestor_code as {{ dimension }}{{ ',' if not loop.last }}
        {%- endfor %}
    from
        {%- for dimension in dimensions %}
        {{ 'cross join ' if not loop.first }}{{ ref('cells_code_ancestors') }} as {{ dimension }}s
        {%- endfor %}
    where
        {%- for dimension in dimensions %}
        {{ 'and ' if not loop.first }}{{ dimension }}s.table_name = '{{ table }}'
        and {{ dimension }}s.dimension = '{{ dimension }}'
        {%- endfor %}
)

select
    {%- for dimension in dimensions %}
    combinations.{{ dimension }},
    {%- endfor %}
    {%- for measure, expression in measures %}
    cast(coalesce(measured.{{ measure }}, 0) as bigint) as {{ measure }},
    {%- endfor %}
    cast(coalesce(measured.contributor_count, 0) as bigint) as contributor_count,
    cast(coalesce(measured.largest_contributor_yen, 0) as bigint) as largest_contributor_yen,
    cast(coalesce(measured.second_largest_contributor_yen, 0) as bigint) as second_largest_contributor_yen
from combinations
left join measured
    on {% for dimension in dimensions -%}
    combinations.{{ dimension }} = measured.{{ dimension }}{{ ' and ' if not loop.last }}
    {%- endfor %}
{%- endmacro -%}
