-- One row: the day as of which this run computes. The only model that reads the variable.
select cast('{{ var("as_of") }}' as date) as as_of_date
