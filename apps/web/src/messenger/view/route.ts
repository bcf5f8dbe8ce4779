/** Which view is in front. */

export type Route =
  | { readonly view: "list" }
  /** `at`: the message of that time (epoch ms) is looked for. */
  | { readonly view: "talk"; readonly address: string; readonly at?: number }
  | { readonly view: "settings" }
  | { readonly view: "contacts" }
  | { readonly view: "devices" };

/** As it stands behind the # of the page's address. */
export function formatRoute(route: Route): string {
  switch (route.view) {
    case "list":
      return "#/";
    case "talk":
      return `#/with/${encodeURIComponent(route.address)}${route.at === undefined ? "" : `/at/${route.at}`}`;
    default:
      return `#/${route.view}`;
  }
}

export function readRoute(hash: string): Route {
  const [, view, what = "", at] =
    /^#\/([a-z]*)(?:\/([^/]{1,400})(?:\/at\/(\d{1,15}))?)?$/.exec(hash) ?? [];
  if (view === "settings" || view === "contacts" || view === "devices") return { view };
  if (view !== "with" || what === "") return { view: "list" };
  try {
    const address = decodeURIComponent(what);
    return at === undefined ? { view: "talk", address } : { view: "talk", address, at: Number(at) };
  } catch {
    return { view: "list" };
  }
}
