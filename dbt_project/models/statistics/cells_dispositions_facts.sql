-- One row per seizure, per release of one, and per distribution of proceeds: whose, of what kind of property, in which
-- fiscal year. A seizure counts once however many instalments it is for, and is released when it is for all of them.
-- A seizure that joins somebody else's is not counted, but what it brought is.
with seizures as (
    select
        seizures.seizure_no,
        min(instalments.addressee_key) as addressee_key,
        min(seizures.seizure_date) as seizure_date,
        case
            when count(*) = count(seizures.seizure_release_date) then max(seizures.seizure_release_date)
        end as release_date
    from {{ standing('seizure', 'seizure_no, instalment_id') }} as seizures
    inner join {{ ref('int_instalments') }} as instalments on seizures.instalment_id = instalments.instalment_id
    where not seizures.is_participating
    group by seizures.seizure_no
),

events as (
    select seizure_no, addressee_key, seizure_date as event_date, 1 as seizures, 0 as releases, 0 as distributed_yen
    from seizures
    union all
    select seizure_no, addressee_key, release_date as event_date, 0 as seizures, 1 as releases, 0 as distributed_yen
    from seizures
    union all
    select
        distributions.seizure_no,
        instalments.addressee_key,
        distributions.distribution_date as event_date,
        0 as seizures,
        0 as releases,
        distributions.distributed_yen
    from {{ standing('distribution', 'distribution_no, instalment_id') }} as distributions
    inner join {{ ref('int_instalments') }} as instalments on distributions.instalment_id = instalments.instalment_id
)

select
    events.addressee_key,
    addressees.holding_key,
    coalesce(kinds.property_kind_code, 'unknown') as property_kind_code,
    periods.code as fiscal_year,
    events.seizures as seizure_count,
    events.releases as release_count,
    events.distributed_yen
from events
{{ period_join('periods', 'dispositions', 'events.event_date') }}
inner join {{ ref('dim_addressee') }} as addressees on events.addressee_key = addressees.addressee_key
left join {{ ref('cells_property_kinds') }} as kinds on events.seizure_no = kinds.seizure_no
