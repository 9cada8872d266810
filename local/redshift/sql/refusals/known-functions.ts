/**
 * Functions of Redshift's guide that also run here, by Postgres's own or by database-functions.ts. Any other name is
 * refused: Redshift lacks it, or the stand-in does.
 */
export const knownFunctions: ReadonlySet<string> = new Set([
  // Aggregates and windows.
  ...["count", "sum", "avg", "min", "max", "stddev", "stddev_samp", "stddev_pop", "variance"],
  ...["var_samp", "var_pop", "bool_and", "bool_or", "bit_and", "bit_or", "percentile_cont"],
  ...["row_number", "rank", "dense_rank", "ntile", "percent_rank", "cume_dist", "lag", "lead"],
  ...["first_value", "last_value", "nth_value", "grouping"],
  // Texts.
  ...["length", "len", "char_length", "character_length", "octet_length", "lower", "upper"],
  ...["initcap", "trim", "btrim", "ltrim", "rtrim", "lpad", "rpad", "left", "right", "repeat"],
  ...["replace", "reverse", "substring", "substr", "position", "strpos", "charindex", "chr"],
  ...["ascii", "translate", "concat", "split_part", "quote_ident", "quote_literal", "to_hex"],
  ...["regexp_replace", "regexp_substr", "regexp_count", "regexp_instr", "overlaps"],
  ...["md5", "sha2", "strtol", "crc32"],
  // Numbers.
  ...["abs", "ceil", "ceiling", "floor", "round", "trunc", "mod", "power", "pow", "sqrt", "cbrt"],
  ...["exp", "ln", "log", "sign", "random", "pi", "degrees", "radians", "sin", "cos", "tan"],
  ...["asin", "acos", "atan", "atan2", "cot", "dexp", "dlog1", "dlog10"],
  // Dates and times.
  ...["date_trunc", "date_part", "extract", "dateadd", "datediff", "getdate", "last_day"],
  ...[
    "add_months",
    "convert_timezone",
    "timezone",
    "to_char",
    "to_date",
    "to_timestamp",
    "to_number",
  ],
  ...["timeofday", "now", "age", "isfinite", "generate_series"],
  // SUPER and JSON in texts.
  ...["json_parse", "json_serialize", "is_valid_json", "can_json_parse", "json_array_length"],
  ...["json_extract_path_text"],
  // Patterns, as the parser writes them.
  ...["like_escape", "similar_to_escape"],
  // The system.
  ...["current_schema", "current_schemas", "current_database", "current_setting", "version"],
  ...["pg_backend_pid", "has_table_privilege", "has_schema_privilege", "has_database_privilege"],
  ...["user_is_member_of", "role_is_member_of"],
  ...["pg_get_viewdef", "pg_cancel_backend", "pg_terminate_backend", "set_config"],
]);
