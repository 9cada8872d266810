/**
 * Words that Redshift keeps for itself and Postgres does not: as a name they must stand in double quotes. From the
 * Redshift Developer Guide's page "Reserved words", without those that a query may use as Redshift's own (`offset`,
 * `partition`, `timestamp` and so on).
 */
export const reservedWords: ReadonlySet<string> = new Set([
  ...["aes128", "aes256", "allowoverwrite", "az64", "backup", "blanksasnull", "bytedict", "bzip2"],
  ...["credentials", "current_user_id", "defrag", "deflate", "delta", "delta32k", "disable"],
  ...["emptyasnull", "enable", "encode", "encrypt", "encryption", "explicit", "globaldict256"],
  ...["globaldict64k", "gzip", "identity", "lun", "luns", "lzo", "lzop", "minus", "mostly16"],
  ...["mostly32", "mostly8", "new", "off", "offline", "oid", "old", "open", "parallel", "percent"],
  ...["permissions", "raw", "readratio", "recover", "rejectlog", "resort", "restore", "snapshot"],
  ...["system", "tag", "tdes", "text255", "text32k", "top", "truncatecolumns", "wallet"],
]);
