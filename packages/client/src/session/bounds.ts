/** Under which the groups that a client is in are in its store. */
export const ROOMS_KEY = "rooms";
/** The largest message that a session of messages carries. */
export const MOST_MESSAGE_BYTES = 10 * 2 ** 20;
