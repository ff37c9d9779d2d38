/** Classes that the deployed Web UI's style sheet gives a colour. */
export const colouredClasses: ReadonlySet<string> = new Set(
  "k kp kn kd kt kc nf na n nb vi nd no nl nc nn s ss s2 sx sr m mi mh mf mo mb o p c1".split(" "),
);

/** The nearest coloured class of those that have none. */
const nearest: Readonly<Record<string, string>> = {
  cm: "c1",
  cp: "kp",
  gd: "o",
  ge: "s",
  gh: "nn",
  gi: "s",
  gs: "k",
  nt: "nl",
  nv: "n",
  nx: "n",
  s1: "s",
};

/** @returns the class; where the style sheet doesn't know it, with the nearest that it knows beside it: `s1 s` */
export function withKnownClass(name: string): string {
  const known = nearest[name];
  return known === undefined ? name : `${name} ${known}`;
}
