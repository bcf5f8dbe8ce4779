/** What rooms of our servers say themselves, in the language of the page; what other servers say stays as it is. */

export interface RoomTexts {
  readonly notice: {
    readonly welcome: (name: string) => string;
    readonly about: (subject: string) => string;
    readonly called: (name: string) => string;
    readonly records: (who: string) => string;
    readonly recordsNot: (who: string) => string;
    readonly closes: string;
  };
}

const SUBJECT = "Subject: ";

export function roomWords(text: string, { notice }: RoomTexts): string {
  const [, name, rest = ""] =
    /^Welcome to ([^\n]{1,200}?)\.(?: (Subject: [^\n]*))?$/.exec(text) ?? [];
  if (name !== undefined) {
    const about = rest.startsWith(SUBJECT) ? notice.about(rest.slice(SUBJECT.length)) : "";
    return `${notice.welcome(name)} ${about}`.trim();
  }
  if (text.startsWith(SUBJECT)) return notice.about(text.slice(SUBJECT.length));
  if (text === "This session closes in five minutes.") return notice.closes;
  const between = (before: string, behind: string): string | undefined =>
    text.startsWith(before) && text.endsWith(behind) && text.length > before.length + behind.length
      ? text.slice(before.length, -behind.length)
      : undefined;
  const called = between("You are called ", " here.");
  if (called !== undefined) return notice.called(called);
  const records = between("", " records this session.");
  if (records !== undefined) return notice.records(records);
  const stops = between("", " does not record any more.");
  return stops === undefined ? text : notice.recordsNot(stops);
}
