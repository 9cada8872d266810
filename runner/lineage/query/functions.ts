/** Whose value is made of many rows: of Postgres, Redshift and DuckDB. For how a use is called only; none is lost that is missing. */
export const aggregates: ReadonlySet<string> = new Set([
  ...["any_value", "approx_count_distinct", "approx_quantile", "approx_top_k", "arbitrary"],
  ...["arg_max", "arg_max_null", "arg_min", "arg_min_null", "argmax", "argmin", "array_agg"],
  ...["avg", "bit_and", "bit_or", "bit_xor", "bitstring_agg", "bool_and", "bool_or", "corr"],
  ...["count", "count_if", "countif", "covar_pop", "covar_samp", "entropy", "every", "favg"],
  ...[
    "first",
    "fsum",
    "geometric_mean",
    "group_concat",
    "histogram",
    "json_agg",
    "json_group_array",
  ],
  ...["json_group_object", "json_object_agg", "jsonb_agg", "jsonb_object_agg", "kahan_sum"],
  ...["kurtosis", "kurtosis_pop", "last", "list", "listagg", "mad", "max", "max_by", "mean"],
  ...["median", "min", "min_by", "mode", "percentile_cont", "percentile_disc", "product"],
  ...["quantile", "quantile_cont", "quantile_disc", "regr_avgx", "regr_avgy", "regr_count"],
  ...["regr_intercept", "regr_r2", "regr_slope", "regr_sxx", "regr_sxy", "regr_syy"],
  ...["reservoir_quantile", "sem", "skewness", "stddev", "stddev_pop", "stddev_samp"],
  ...["string_agg", "sum", "sum_no_overflow", "sumkahan", "var_pop", "var_samp", "variance"],
]);

/** Whose first argument chooses among the others. */
export const choosing: ReadonlySet<string> = new Set(["if", "iff", "nvl2"]);

/** That yield a row for each of many values, with one column. */
export const rowsOfOneColumn: ReadonlySet<string> = new Set([
  ...["generate_series", "generate_subscripts", "range", "regexp_split_to_table"],
  ...["string_to_table", "unnest"],
]);

/** That read what their text names, or stand for more columns than one. */
export const unforeseeable: ReadonlySet<string> = new Set([
  ...["columns", "currval", "dblink", "getvariable", "lastval", "nextval", "query", "query_table"],
  ...["query_to_xml", "table_to_xml", "unpack"],
]);

export const systemSchemas: ReadonlySet<string> = new Set(["pg_catalog", "main", "system"]);
