"""Results of a survey: weights, estimates, tables, indices, themes, micro-data. Knows nothing of Django.

The way through: a `Codebook` says what was asked; `Answers` hold it in columns (read from a snapshot in
Parquet or from rows); a `Sampling` says how the respondents came about and what each stands for; `Wave`
binds the three, and every result is a function of a wave and a `Query`. No figure leaves without its n.
"""
