/** Which of the user's settings and rules are about a session, by what it is for. IM-5.2.4-08a, IM-5.2.4-08b, IM-5.2.4-08g */
export const ABOUT_SESSION = {
  conversation: { barrable: "sessions", media: "message-session" },
  "large message": { barrable: "messages", media: "pager-mode-message" },
  file: { barrable: "files", media: "file-transfer" },
} as const;
