/**
 * Letters that pass for others: those of Cyrillic, Greek, Armenian and Cherokee that look Latin, what
 * Latin has itself, and digits. Far from all that Unicode TR 39 lists, but what a keyboard can write.
 * Each row: what it is taken for, and what is taken for it.
 */
type Rows = readonly (readonly [plain: string, alikes: string])[];

/** Written small. One that is missing here has no small letter that looks like it. */
const SMALL: Rows = [
  ["a", "\u0430\u03b1\u0251"],
  ["b", "\u044c\u0185"],
  ["c", "\u0441\u03f2\u1d04"],
  ["d", "\u0501"],
  ["e", "\u0435\u04bd"],
  ["f", "\u0584"],
  ["g", "\u0261\u0581"],
  ["h", "\u04bb\u0570"],
  ["j", "\u0458\u03f3"],
  ["k", "\u043a\u03ba\u0138"],
  ["l", "i1|\u0456\u0131\u03b9\u0269\u04cf\u01c0"], // a capital I is written like a small l
  ["n", "\u043f\u03b7\u0578\u057c"],
  ["o", "0\u043e\u03bf\u0585\u03c3"],
  ["p", "\u0440\u03c1"],
  ["q", "\u051b\u0566"],
  ["r", "\u0433"],
  ["s", "\u0455\u01bd"],
  ["t", "\u0442\u03c4"],
  ["u", "\u03c5\u057d\u028b"],
  ["v", "\u03bd\u0475"],
  ["w", "\u051d\u0461\u0561\u03c9"],
  ["x", "\u0445\u03c7"],
  ["y", "\u0443\u03b3\u04af"],
];

/** Written in capitals. */
const CAPITAL: Rows = [
  ["A", "\u0410\u0391\u13aa"],
  ["B", "\u0412\u0392\u13f4"],
  ["C", "\u0421\u03f9\u13df"],
  ["D", "\u13a0"],
  ["E", "\u0415\u0395\u13ac"],
  ["F", "\u03dc"],
  ["G", "\u050c\u13c0"],
  ["H", "\u041d\u0397\u13bb"],
  ["I", "1|\u0406\u0399\u04c0\u01c0"],
  ["J", "\u0408\u037f\u13ab"],
  ["K", "\u041a\u039a\u13e6"],
  ["L", "\u13de"],
  ["M", "\u041c\u039c\u13b7\u03fa"],
  ["N", "\u039d"],
  ["O", "0\u041e\u039f\u0555"],
  ["P", "\u0420\u03a1\u13e2"],
  ["Q", "\u051a"],
  ["R", "\u13a1\u13d2"],
  ["S", "\u0405\u054f\u13da"],
  ["T", "\u0422\u03a4\u13a2"],
  ["U", "\u054d"],
  ["V", "\u0474\u13d9"],
  ["W", "\u051c\u13b3"],
  ["X", "\u0425\u03a7"],
  ["Y", "\u0423\u03a5\u04ae"],
  ["Z", "\u0396\u13c3"],
];

const small = tableOf(SMALL);
const capital = tableOf(CAPITAL);

/** Text in small letters with each letter that passes for another replaced by that one. */
export function foldSmall(text: string): string {
  return fold(text, small).replaceAll("rn", "m").replaceAll("vv", "w");
}

/** The same for text in capitals. */
export function foldCapital(text: string): string {
  return fold(text, capital).replaceAll("VV", "W");
}

function fold(text: string, table: ReadonlyMap<string, string>): string {
  let folded = "";
  for (const character of text) folded += table.get(character) ?? character;
  return folded;
}

function tableOf(rows: Rows): ReadonlyMap<string, string> {
  return new Map(
    rows.flatMap(([plain, alikes]) => Array.from(alikes, (one) => [one, plain] as const)),
  );
}
