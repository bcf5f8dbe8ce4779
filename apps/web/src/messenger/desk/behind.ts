/** The mark in a page's performance before which all that its first messages need was asked for. */
export const BEHIND = "what comes behind";
