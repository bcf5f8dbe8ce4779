/** Which view is in front. */

export type Route =
  | { readonly view: "list" }
  | { readonly view: "talk"; readonly address: string }
  | { readonly view: "settings" };

/** As it stands behind the # of the page's address. */
export function formatRoute(route: Route): string {
  switch (route.view) {
    case "list":
      return "#/";
    case "talk":
      return `#/with/${encodeURIComponent(route.address)}`;
    default:
      return `#/${route.view}`;
  }
}

export function readRoute(hash: string): Route {
  const [, view, what = ""] = /^#\/([a-z]*)(?:\/(.{1,400}))?$/.exec(hash) ?? [];
  if (view === "settings") return { view };
  if (view !== "with" || what === "") return { view: "list" };
  try {
    return { view: "talk", address: decodeURIComponent(what) };
  } catch {
    return { view: "list" };
  }
}
