/** Which types a browser is told: those that it can show but never run. */

const SERVED: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/avif",
  "audio/mpeg",
  "audio/ogg",
  "audio/mp4",
  "audio/webm",
  "audio/wav",
  "video/mp4",
  "video/webm",
  "video/ogg",
]);

/** Everything else is octets: no HTML, no SVG, no PDF, no XML. `type` is a media type as its owner gave it. */
export function servedType(type: string): string {
  const essence = type.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (essence === "text/plain") return "text/plain; charset=utf-8";
  return SERVED.has(essence) ? essence : "application/octet-stream";
}
