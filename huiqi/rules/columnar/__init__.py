"""The columnar backend: the same IR over columns of many firms, in whole numbers throughout.

`lowering` turns expressions into a graph of small steps on columns (`graph`), with the bounds of every number
proved; `execution` carries the graph out on one piece of a table with Polars; `judge` puts policies together;
`verdicts` and `totals` are what is made of it.
"""
