-- One row per addressee known from the address feed or from a levy: the key of the person over all codes, which is
-- its own key when it stands alone. What numbering knows today counts for every day, as a name does.
with addressees as (
    select addressee_key from {{ ref('stg_addressee') }}
    union
    select addressee_key from {{ ref('int_instalments') }} where addressee_key is not null
)

select
    addressees.addressee_key,
    coalesce(persons.person_key, addressees.addressee_key) as person_key,
    persons.person_key is not null as has_several_codes
from addressees
left join {{ ref('stg_number_persons') }} as persons on addressees.addressee_key = persons.addressee_key
