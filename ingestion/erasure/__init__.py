"""What is stored of a person, and how it is erased so that every yen stays and nobody can be found again."""
