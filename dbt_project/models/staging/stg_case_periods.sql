-- One row per instalment and period of an arrears case: grace, execution stay, instalment pledge, seizure.
-- No feed delivers them with dates yet. The shape stands so that late charge and prescription already follow it; the
-- feeds of the arrears file take the place of this empty relation.
select
    cast(null as {{ text_type() }}) as instalment_id,
    cast(null as {{ text_type() }}) as case_kind,
    cast(null as date) as from_date,
    cast(null as date) as to_date
where false
