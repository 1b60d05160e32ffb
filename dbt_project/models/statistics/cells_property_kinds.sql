-- One row per seizure: the kind of the property seized, by the newest version of its record, also when the record has
-- ended since. A seizure of something that no record tells of has the kind unknown.
with properties as (
    select
        property_no,
        property_type_code,
        row_number() over (
            partition by property_no
            order by delivery_date desc, delivery_seq desc, source_file_no desc, source_line_no desc
        ) as version_rank
    from {{ ref('stg_property') }}
),

seizures as (
    select
        seizure_no,
        max(property_no) as property_no
    from {{ standing('seizure', 'seizure_no, instalment_id') }} as standing_seizures
    group by seizure_no
)

select
    seizures.seizure_no,
    coalesce(kinds.property_kind_code, 'unknown') as property_kind_code
from seizures
left join properties on seizures.property_no = properties.property_no and properties.version_rank = 1
left join {{ ref('property_kinds') }} as kinds on properties.property_type_code = kinds.property_type_code
