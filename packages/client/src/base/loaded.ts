import { ImError } from "./errors.ts";

/** What is loaded when it is first needed. Rejects with ImError "offline" where a page could not load it. */
export async function loaded<T>(loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (cause) {
    throw new ImError("offline", { warning: "a part of the program could not be loaded", cause });
  }
}
