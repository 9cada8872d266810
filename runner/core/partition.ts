/** The day of rows that have none, as Hive and Spark call it. */
export const noDay = "__HIVE_DEFAULT_PARTITION__";
