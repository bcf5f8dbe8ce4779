/** Hands something to the user to be saved, as octets and nothing else: no browser opens it. */
const FORGET_MS = 60_000;

export function saveAs(content: Blob, name: string): void {
  const url = URL.createObjectURL(content.slice(0, content.size, "application/octet-stream"));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), FORGET_MS);
}
