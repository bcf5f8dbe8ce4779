import { type RefObject, useEffect } from "react";

/** Takes the focus when it has come, if that is `wanted`: after all around it is shown, for a closed dialog takes none. */
export function useFirstFocus(
  place: RefObject<HTMLElement | null>,
  wanted: boolean | undefined,
): void {
  useEffect(() => {
    if (wanted === true) place.current?.focus();
  }, []); // eslint-disable-line react-hooks/exhaustive-deps -- once
}
