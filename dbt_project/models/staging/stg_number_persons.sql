-- One row per addressee code of a person who has several: the key of the person over all of them (numbering).
select
    addressee_key,
    person_key
from {{ source('raw', 'number_persons') }}
