/** Dates such as `Mon, 24 Jun 2002 09:00:00 GMT`. RFC 1123 §5.2.14, RFC 5322 §3.3 */

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DATE =
  /^(?:[A-Za-z]{3,9}, *)?(\d{1,2}) ([A-Za-z]{3,9}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC?|([+-])(\d\d)(\d\d))$/;

/** Milliseconds since 1970 UTC; months may be written out, as RFC 4483 itself does. */
export function parseMailDate(text: string): number | undefined {
  const match = DATE.exec(text.trim());
  if (match === null) return undefined;
  const [, day = "", name = "", year = "", hour = "", minute = "", second = ""] = match;
  const [sign, offsetHour = "0", offsetMinute = "0"] = match.slice(7);
  const month = MONTHS.indexOf(name.slice(0, 3).toLowerCase());
  if (month === -1 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) {
    return undefined;
  }
  const date = new Date(0);
  date.setUTCFullYear(Number(year), month, Number(day));
  if (date.getUTCMonth() !== month) return undefined; // 31 February and the like
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === "-" ? -1 : 1);
  const minutes = Number(hour) * 60 + Number(minute) - offset;
  return date.getTime() + minutes * 60_000 + Number(second) * 1000;
}

export function formatMailDate(epochMs: number): string {
  return new Date(epochMs).toUTCString();
}
