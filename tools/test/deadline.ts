/** Waiting with an end: a test that hangs must say for what. */

/** Rejects with what `whatFailed` says when `promise` takes longer. */
export async function within<T>(
  ms: number,
  promise: Promise<T>,
  whatFailed: () => string,
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${whatFailed()} (${ms} ms)`)), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
