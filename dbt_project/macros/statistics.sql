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
{#- One row per combination of the dimensions' codes, with groups, totals and empty cells: measures and their evidence.

    facts       relation with one row per case: the leaf code of each dimension, addressee_key, holding_key, outstanding_yen
    dimensions  names of its code columns; their codes and groups stand in cells_code_ancestors
    Evidence is per holding, since the members of a household or company know each other's debts: how many holdings
    contribute, and what the largest and the second largest of them owe in the cell (yen). -#}
{%- macro cells_with_evidence(facts, dimensions) -%}
with holdings as (
    select
        {%- for dimension in dimensions %}
        {{ dimension }}s.ancestor_code as {{ dimension }},
        {%- endfor %}
        facts.holding_key,
        count(distinct facts.addressee_key) as debtor_count,
        count(*) as case_count,
        sum(facts.outstanding_yen) as outstanding_yen
    from {{ facts }} as facts
    {%- for dimension in dimensions %}
    inner join {{ ref('cells_code_ancestors') }} as {{ dimension }}s
        on {{ dimension }}s.dimension = '{{ dimension }}' and facts.{{ dimension }} = {{ dimension }}s.code
    {%- endfor %}
    group by {% for dimension in dimensions %}{{ dimension }}s.ancestor_code, {% endfor %}facts.holding_key
),

ranked as (
    select
        *,
        row_number() over (
            partition by {{ dimensions | join(', ') }} order by outstanding_yen desc, holding_key
        ) as size_rank
    from holdings
),

measured as (
    select
        {{ dimensions | join(', ') }},
        sum(debtor_count) as debtor_count,
        sum(case_count) as case_count,
        sum(outstanding_yen) as outstanding_yen,
        count(*) as contributor_count,
        max(outstanding_yen) as largest_contributor_yen,
        max(case when size_rank = 2 then outstanding_yen else 0 end) as second_largest_contributor_yen
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
        {{ 'and ' if not loop.first }}{{ dimension }}s.dimension = '{{ dimension }}'
        {%- endfor %}
)

select
    {%- for dimension in dimensions %}
    combinations.{{ dimension }},
    {%- endfor %}
    cast(coalesce(measured.debtor_count, 0) as bigint) as debtor_count,
    cast(coalesce(measured.case_count, 0) as bigint) as case_count,
    cast(coalesce(measured.outstanding_yen, 0) as bigint) as outstanding_yen,
    cast(coalesce(measured.contributor_count, 0) as bigint) as contributor_count,
    cast(coalesce(measured.largest_contributor_yen, 0) as bigint) as largest_contributor_yen,
    cast(coalesce(measured.second_largest_contributor_yen, 0) as bigint) as second_largest_contributor_yen
from combinations
left join measured
    on {% for dimension in dimensions -%}
    combinations.{{ dimension }} = measured.{{ dimension }}{{ ' and ' if not loop.last }}
    {%- endfor %}
{%- endmacro -%}
