-- One row per addressee known from the address feed or from a levy: where, how old, in what household, as of the
-- date. By the newest version delivered by then (or the first one ever). No name, address or birth date leaves this
-- model; source_file_no and source_line_no say in which version of stg_addressee they stand. Each code speaks for
-- itself here; what holds of a person with several codes is said in dim_addressee.
with run as (select as_of_date from {{ ref('int_run') }}),

versions as (
    select
        addressees.*,
        row_number() over (
            partition by addressees.addressee_key
            order by
                addressees.delivery_date, addressees.delivery_seq,
                addressees.source_file_no, addressees.source_line_no
        ) as version_no
    from {{ ref('stg_addressee') }} as addressees
),

ranked as (
    select
        versions.*,
        run.as_of_date,
        row_number() over (
            partition by versions.addressee_key
            order by
                case
                    when versions.delivery_date <= run.as_of_date then -versions.version_no else versions.version_no
                end
        ) as version_rank
    from versions
    cross join run
),

latest as (
    select
        ranked.*,
        coalesce(individual_corporate_class = '2', false) as is_corporation,
        {{ completed_years('birth_date', 'as_of_date') }} as age_years,
        coalesce(resident_register_deletion_date > as_of_date, true) as is_registered
    from ranked
    where version_rank = 1
),

households as (
    select latest.household_key, count(distinct keys.person_key) as member_count
    from latest
    inner join {{ ref('int_person_keys') }} as keys on latest.addressee_key = keys.addressee_key
    where latest.household_key is not null and latest.is_registered and not latest.is_corporation
    group by latest.household_key
),

known as (
    select
        latest.addressee_key,
        coalesce(towns.area_code, '00') as area_code,
        case
            when latest.is_corporation then 'CORP'
            else coalesce(age_bands.age_band_code, 'UNK')
        end as age_band_code,
        case
            when latest.is_corporation then 'corporation'
            when households.member_count = 1 then 'single'
            when households.member_count > 1 then 'multiple'
            else 'unknown'
        end as household_kind,
        case
            when latest.is_corporation then latest.addressee_key
            else coalesce(latest.household_key, latest.addressee_key)
        end as holding_key,
        latest.is_corporation,
        latest.is_registered,
        protected.addressee_key is not null as is_protected,
        latest.source_file_no,
        latest.source_line_no
    from latest
    left join {{ ref('towns') }} as towns on latest.address_code = towns.town_code
    left join {{ ref('age_bands') }} as age_bands on latest.age_years between age_bands.age_from and age_bands.age_to
    left join households on latest.household_key = households.household_key
    left join {{ ref('int_protected_addressees') }} as protected on latest.addressee_key = protected.addressee_key
)

select * from known
union all
select distinct
    instalments.addressee_key,
    '00' as area_code,
    'UNK' as age_band_code,
    'unknown' as household_kind,
    instalments.addressee_key as holding_key,
    false as is_corporation,
    false as is_registered,
    protected.addressee_key is not null as is_protected,
    cast(null as integer) as source_file_no,
    cast(null as integer) as source_line_no
from {{ ref('int_instalments') }} as instalments
left join {{ ref('int_protected_addressees') }} as protected on instalments.addressee_key = protected.addressee_key
where not exists (select 1 from known where known.addressee_key = instalments.addressee_key)
