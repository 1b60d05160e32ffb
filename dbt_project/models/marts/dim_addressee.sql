-- One row per addressee known from the address feed or from a levy: whose code it is, and where, how old and in what
-- household its person is, as of the date. A person with several codes counts once everywhere: the leading code,
-- which is on the resident register if any is, speaks for all of them. Nothing of it is a name, address or birth
-- date; source_file_no and source_line_no say in which version of stg_addressee they stand.
with people as (
    select
        addressees.*,
        keys.person_key,
        keys.has_several_codes
    from {{ ref('int_addressees') }} as addressees
    inner join {{ ref('int_person_keys') }} as keys on addressees.addressee_key = keys.addressee_key
),

codes as (
    select
        *,
        row_number() over (
            partition by person_key
            order by
                case when is_registered then 0 else 1 end,
                case when household_kind = 'unknown' then 1 else 0 end,
                case when source_file_no is null then 1 else 0 end,
                addressee_key
        ) as code_rank
    from people
    where has_several_codes
),

leading_codes as (
    select * from codes where code_rank = 1
),

protected as (
    select distinct person_key from people where is_protected
)

select
    people.addressee_key,
    coalesce(leading_codes.area_code, people.area_code) as area_code,
    coalesce(leading_codes.age_band_code, people.age_band_code) as age_band_code,
    coalesce(leading_codes.household_kind, people.household_kind) as household_kind,
    coalesce(leading_codes.holding_key, people.holding_key) as holding_key,
    coalesce(leading_codes.is_corporation, people.is_corporation) as is_corporation,
    protected.person_key is not null as is_protected,
    people.source_file_no,
    people.source_line_no,
    people.person_key,
    coalesce(leading_codes.addressee_key, people.addressee_key) = people.addressee_key as is_leading_code
from people
left join leading_codes on people.person_key = leading_codes.person_key
left join protected on people.person_key = protected.person_key
