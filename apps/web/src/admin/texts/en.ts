/** What the operator's pages say. */
export const en = {
  title: "Operator",
  nothingYet: "These pages come next.",
};

export type Texts = typeof en;
