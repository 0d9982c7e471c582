"""A Polars execution engine and data source for Great Expectations 1.24.

`import expectations.engine.datasource` registers both and takes as long as importing Great Expectations does; this
module loads nothing.
"""
