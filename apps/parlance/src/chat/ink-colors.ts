/** Colours, where the user wants any: https://no-color.org */

const wanted = (process.env["NO_COLOR"] ?? "") === "";

/** For the properties of a Text. */
export function ink(color: string): { readonly color?: string } {
  return wanted ? { color } : {};
}
