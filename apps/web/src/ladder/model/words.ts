/** Times and sizes as they are read beside an arrow. */

/** `12:00:00.123456`, in the time of the reader's place. */
export function clockOf(micros: number): string {
  const date = new Date(Math.floor(micros / 1_000));
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  const time = parts.map((part) => String(part).padStart(2, "0")).join(":");
  return `${time}.${String(Math.floor(micros % 1_000_000)).padStart(6, "0")}`;
}

/** `12:00:00`, in the time of the reader's place. */
export function timeOf(micros: number): string {
  return clockOf(micros).slice(0, 8);
}

/** `340 µs`, `1.25 ms`, `3.1 s`. */
export function spanOf(micros: number): string {
  const size = Math.abs(micros);
  if (size < 1_000) return `${Math.round(micros)} µs`;
  if (size < 1_000_000) return `${short(micros / 1_000)} ms`;
  return `${short(micros / 1_000_000)} s`;
}

/** Users by their names, as the lanes call them; an address of a device stays whole. */
export function briefly(title: string): string {
  return title.replace(/\bsips?:([^\s@:;,]{1,64})@[\w.-]{1,253}(?![\w.-])(?![:;?]\w)/g, "$1");
}

function short(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0);
}
