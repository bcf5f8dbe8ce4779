/** IP literals as octets and back. RFC 4291 §2.2; written as RFC 5952 §4 wants. */

const MAX_LITERAL = 45; // the longest IPv6 form, with an IPv4 tail

/** Four or sixteen octets, or undefined when the text is no IP literal (brackets and zones are not). */
export function ipOctets(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length > MAX_LITERAL) return undefined;
  if (!text.includes(":")) {
    const octets = ipv4(text);
    return octets === undefined ? undefined : Uint8Array.from(octets);
  }
  return ipv6(text);
}

/** The literal of four or sixteen octets. */
export function ipText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join(".");
  const groups = Array.from({ length: 8 }, (_, at) => {
    return ((octets[at * 2] ?? 0) << 8) | (octets[at * 2 + 1] ?? 0);
  });
  const zeros = longestZeros(groups);
  if (zeros.length < 2) return writeGroups(groups); // RFC 5952 §4.2.2: one group is not shortened
  return `${writeGroups(groups.slice(0, zeros.start))}::${writeGroups(groups.slice(zeros.start + zeros.length))}`;
}

function writeGroups(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(":");
}

function ipv4(text: string): number[] | undefined {
  const parts = text.split(".", 5);
  if (parts.length !== 4) return undefined;
  const octets: number[] = [];
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part)) return undefined;
    const octet = Number(part);
    if (octet > 255) return undefined;
    octets.push(octet);
  }
  return octets;
}

function ipv6(text: string): Uint8Array<ArrayBuffer> | undefined {
  const halves = text.split("::", 3);
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => groupOctets(half));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 16 ? Uint8Array.from(head) : undefined;
  if (tail === undefined || head.length + tail.length > 14) return undefined;
  const octets = new Uint8Array(16);
  octets.set(head, 0);
  octets.set(tail, 16 - tail.length);
  return octets;
}

function groupOctets(text: string): number[] | undefined {
  if (text === "") return [];
  const octets: number[] = [];
  const groups = text.split(":", 9);
  for (const [at, group] of groups.entries()) {
    if (group.includes(".") && at === groups.length - 1) {
      const tail = ipv4(group);
      if (tail === undefined) return undefined;
      octets.push(...tail);
      continue;
    }
    if (!/^[0-9A-Fa-f]{1,4}$/.test(group)) return undefined;
    const value = Number.parseInt(group, 16);
    octets.push(value >> 8, value & 255);
  }
  return octets;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [at, group] of groups.entries()) {
    if (group !== 0) start = at + 1;
    else if (at + 1 - start > best.length) best = { start, length: at + 1 - start };
  }
  return best;
}
