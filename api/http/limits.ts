/** What one request may cost. Times in milliseconds, sizes in bytes. */
export interface HttpLimits {
  bodyBytes: number;
  /** Of a bulk upload, which is never in memory as a whole. */
  uploadBytes: number;
  uploadLines: number;
  urlBytes: number;
  /** Of the URL and all headers together. */
  headerBytes: number;
  /** Of a body's objects and lists within each other. */
  jsonDepth: number;
  /** Calls in one request. */
  batchSize: number;
  /** Within these a client has sent its headers, and the whole request. */
  headersTimeout: number;
  requestTimeout: number;
  /** How long a connection may wait for its next request. */
  keepAliveTimeout: number;
}

export const HTTP_LIMITS: HttpLimits = {
  bodyBytes: 1_048_576,
  uploadBytes: 67_108_864,
  uploadLines: 250_000,
  urlBytes: 8_192,
  headerBytes: 16_384,
  jsonDepth: 32,
  batchSize: 100,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 72_000,
};
