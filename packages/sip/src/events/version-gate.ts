/** Whether a notification with a version can be applied to what is known. RFC 4575 §5.1, RFC 3680 §5 */

export type VersionVerdict =
  | "apply"
  /** Older than what is known, or the same again. */
  | "ignore"
  /** Something in between was lost: refresh, and the notifier sends everything. */
  | "refresh";

export function judgeVersion(
  known: number | undefined,
  got: number,
  extent: "full" | "partial",
): VersionVerdict {
  if (known !== undefined && got <= known) return "ignore";
  if (extent === "full") return "apply";
  return known !== undefined && got === known + 1 ? "apply" : "refresh";
}
