// Who may import whom, as a configuration of dependency-cruiser. `import type` counts, cycles of any
// kind are refused, and there is no list of exceptions. `npm run check:imports` runs it.

/** Each package and what it may import, of ours and of others. Imports go down this list only. */
const TABLE = {
  wire: { ours: [], others: ["saxes"] },
  sip: { ours: ["wire"], others: [] },
  msrp: { ours: ["wire"], others: [] },
  formats: { ours: ["wire"], others: [] },
  im: { ours: ["wire", "formats", "sip", "msrp"], others: [] },
  server: { ours: ["wire", "formats", "sip", "msrp", "im"], others: [] },
  client: { ours: ["wire", "formats", "sip", "msrp", "im"], others: [] },
  node: { ours: ["wire", "sip", "msrp", "server"], others: "any" },
  conformance: { ours: ["wire", "sip", "msrp", "client"], others: [] },
  testkit: { ours: ["wire", "formats", "sip", "msrp", "im", "server", "client"], others: [] },
};

/** The functions of the server meet in ports, never in each other. */
const FUNCTIONS = [
  "core",
  "participating",
  "controlling",
  "deferred",
  "imdn",
  "switch",
  "history",
  "settings",
  "xdm",
  "alias",
  "files",
  "web-authentication",
  "relay",
  "admin",
  "trace",
];

const TESTS = "\\.test\\.ts$";
const BINDINGS = "^packages/client/src/(node|web)/";
const own = (name) => `^packages/${name}/`;

const packageRules = Object.entries(TABLE).flatMap(([name, { ours, others }]) => {
  const allowed = [name, ...ours].map((other) => `packages/${other}/`).join("|");
  const exempt = name === "client" ? `${TESTS}|${BINDINGS}` : TESTS;
  const rules = [
    {
      name: `${name}-imports-down`,
      comment: `${name} may import of ours: ${ours.join(", ") || "nothing"}`,
      severity: "error",
      from: { path: own(name), pathNot: TESTS },
      to: { path: "^(packages|apps|tools|bench|fuzz|interop)/", pathNot: `^(${allowed})` },
    },
  ];
  if (others === "any") return rules;
  return [
    ...rules,
    {
      name: `${name}-knows-no-machine`,
      comment: `${name} is pure: nothing of Node`,
      severity: "error",
      from: { path: own(name), pathNot: exempt },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: `${name}-third-party`,
      comment: `${name} may import of others: ${others.join(", ") || "nothing"}`,
      severity: "error",
      from: { path: own(name), pathNot: exempt },
      to: {
        dependencyTypes: ["npm", "npm-dev", "npm-optional", "npm-peer", "npm-no-pkg", "unknown"],
        pathNot: others.length > 0 ? `node_modules/(${others.join("|")})/` : "^$",
      },
    },
  ];
});

const functionRules = FUNCTIONS.map((name) => ({
  name: `server-${name}-meets-others-in-ports`,
  comment: "a function of the server never imports another function",
  severity: "error",
  from: { path: `^packages/server/src/${name}/`, pathNot: TESTS },
  to: { path: `^packages/server/src/(${FUNCTIONS.filter((other) => other !== name).join("|")})/` },
}));

const webRules = [
  {
    name: "web-speaks-through-the-sdk",
    comment: "the pages import of ours nothing but the SDK: its types, and its door for browsers",
    severity: "error",
    from: { path: "^apps/web/src/" },
    to: {
      path: "^(packages|apps|tools|bench|fuzz|interop)/",
      pathNot: "^(apps/web/|packages/client/src/(web/)?index\\.ts$)",
    },
  },
  {
    name: "web-knows-no-machine",
    severity: "error",
    from: { path: "^apps/web/src/", pathNot: TESTS },
    to: { dependencyTypes: ["core"] },
  },
  {
    name: "web-third-party",
    severity: "error",
    from: { path: "^apps/web/src/", pathNot: TESTS },
    to: {
      dependencyTypes: ["npm", "npm-dev", "npm-optional", "npm-peer", "npm-no-pkg", "unknown"],
      pathNot: "node_modules/(react|react-dom|react-aria-components|@types/react|@types/react-dom)/",
    },
  },
  {
    name: "pages-are-apart",
    comment: "what both pages need is in texts, theme and ui",
    severity: "error",
    from: { path: "^apps/web/src/(messenger|admin|ui|texts|theme)/" },
    to: { path: "^apps/web/src/(messenger|admin)/", pathNot: "^apps/web/src/$1/" },
  },
];

module.exports = {
  forbidden: [
    ...packageRules,
    ...functionRules,
    ...webRules,
    { name: "no-cycles", severity: "error", from: { path: "^(packages|apps)/" }, to: { circular: true } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "apps-are-ends",
      comment: "nobody imports an app",
      severity: "error",
      from: { pathNot: "^(apps|tools|interop|bench)/" },
      to: { path: "^apps/" },
    },
    {
      name: "testkit-is-for-tests",
      severity: "error",
      from: { path: "^(packages|apps)/", pathNot: `${TESTS}|^packages/testkit/` },
      to: { path: "^packages/testkit/" },
    },
    {
      name: "inside-through-the-door",
      comment: "another package is imported by its name, never by a path into it",
      severity: "error",
      from: { path: "^packages/([^/]+)/", pathNot: TESTS },
      to: { path: "^packages/", pathNot: "^packages/($1/|[^/]+/src/(index|internal)\\.ts$)" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.programs.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["parlance-source", "import", "node", "default", "types"],
    },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/" },
  },
};
