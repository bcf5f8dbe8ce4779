/** To be looked up in a page: how many files its browser keeps for it, in all folders. Rejects where one goes meanwhile. */
export const KEPT_FILES = `(async function count(folder) {
  let files = 0;
  for await (const one of (await folder).values()) files += one.kind === "file" ? 1 : await count(one);
  return files;
})(navigator.storage.getDirectory())`;
