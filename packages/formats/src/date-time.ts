/** Dates and times on the wire. RFC 3339 §5.6 */

const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const MS_PER_MINUTE = 60_000;

/** Milliseconds since 1970 UTC; `undefined` for what is no date and time. */
export function parseDateTime(text: string): number | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(Number);
  const [fraction = "0", sign = "+", offsetHour = "0", offsetMinute = "0"] = match.slice(7);
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return undefined;
  // Second 60 is a leap second and counts as the next one. RFC 3339 §5.7
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  // `Date.UTC` would take the years 0 to 99 for 1900 to 1999.
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day);
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === "-" ? -1 : 1);
  const minutes = hour * 60 + minute - offset;
  return midnight + minutes * MS_PER_MINUTE + second * 1000 + Math.trunc(Number(fraction) * 1000);
}

/** In UTC with "Z", to the second, or to the millisecond when there is a fraction. */
export function formatDateTime(epochMs: number): string {
  const text = new Date(epochMs).toISOString();
  return text.replace(".000Z", "Z");
}

function daysOf(year: number, month: number): number {
  return new Date(
    Date.UTC(year % 400 === 0 ? 2000 : 2000 + (year % 100 || 100), month, 0),
  ).getUTCDate();
}
