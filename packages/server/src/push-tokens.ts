/** By what a push service knows a device, in the URI of its contact: whoever has it can wake the device. RFC 8599 §13 */

const TOKEN = /(;pn-(?:prid|param|purr)=)([^;>,\s"?&<]+)/gi;

/** Overwritten in its length, wherever it stands. */
export function hidePushTokens(text: string): string {
  return text.replace(TOKEN, (_, name: string, value: string) => name + "x".repeat(value.length));
}
