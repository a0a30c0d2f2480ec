"""Tables from elsewhere (CSV, Parquet, JSON lines, Excel, SQL over them), turned into the log."""
