{# Deliveries of states: which version of a record counts. #}

{# The rows of a staging view that stand: the newest version of each key, unless a later delivery ended it. #}
{% macro standing(feed, keys, has_deletions=true) -%}
(
    select versions.*
    from (
        select
            delivered.*,
            row_number() over (
                partition by {{ keys }}
                order by delivery_date desc, delivery_seq desc, source_file_no desc, source_line_no desc
            ) as version_rank
        from {{ ref('stg_' ~ feed) }} as delivered
    ) as versions
    left join {{ ref('stg_ended_records') }} as ended
        on
            ended.feed = '{{ feed }}'
            and versions.source_file_no = ended.source_file_no
            and versions.source_line_no = ended.source_line_no
    where
        versions.version_rank = 1
        {%- if has_deletions %}
        and not coalesce(versions.has_deleted_flag, false)
        {%- endif %}
        and ended.feed is null
)
{%- endmacro %}
