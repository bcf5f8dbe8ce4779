/** SIP dates: RFC 1123 form, always in GMT. RFC 3261 §20.17 */
import type { ValueReader } from "./value-reader.ts";

const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
const DAYS = "SunMonTueWedThuFriSat";
const SHAPE =
  /^(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;

/** Milliseconds since 1970-01-01 UTC. */
export const dateValue = {
  read: (reader: ValueReader): number => {
    const text = reader.text.slice(reader.at).trimEnd();
    const [day, month, year, hour, minute, second] = SHAPE.exec(text)?.slice(1) ?? [];
    const monthAt = month === undefined ? -1 : MONTHS.indexOf(month);
    if (monthAt % 3 !== 0) reader.fail("not a date in GMT");
    const at = Date.UTC(
      Number(year),
      monthAt / 3,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
    );
    // A day or an hour that does not exist would have moved the date.
    if (!Number.isFinite(at) || !formatDate(at).endsWith(text.slice(5))) {
      reader.fail("no such date");
    }
    reader.at = reader.text.length;
    return at;
  },
  write: (at: number): string => formatDate(at),
};

function formatDate(at: number): string {
  const date = new Date(at);
  const day = DAYS.slice(date.getUTCDay() * 3, date.getUTCDay() * 3 + 3);
  const month = MONTHS.slice(date.getUTCMonth() * 3, date.getUTCMonth() * 3 + 3);
  const dayOfMonth = two(date.getUTCDate());
  const year = String(date.getUTCFullYear()).padStart(4, "0");
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${day}, ${dayOfMonth} ${month} ${year} ${time} GMT`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
