"""The same computation by other means: pandas, Polars, DuckDB with windows."""
