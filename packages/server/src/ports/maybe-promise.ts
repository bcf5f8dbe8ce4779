/** The answer at once when everything is in memory, a promise when something must be waited for. */
export type MaybePromise<T> = T | Promise<T>;
