/** By the failure, because tRPC formats one without saying of which request it is when no context could be made. */
const requestIds = new WeakMap<Error, string>();

/** The failure is of this request. */
export function noteFailedRequest(failure: Error, requestId: string | undefined): void {
  if (requestId !== undefined) requestIds.set(failure, requestId);
}

/** The request that failed, as the caller knows it; null for a failure that nobody has noted. */
export function failedRequestOf(failure: Error): string | null {
  return requestIds.get(failure) ?? null;
}
