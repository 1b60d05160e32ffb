-- One row: the day as of which this run computes. The only model that reads the variable.
select cast('{{ env_var("OSAMARI_AS_OF") }}' as date) as as_of_date
