import type { Figure } from "./value";

const words = { coverage: "Coverage", issues: "Issues" } as const satisfies Record<Figure, string>;

/** Each gives the text that shows a badge, in one of the languages that READMEs are written in. Each ends with a line break. */
const templates = {
  html: ({ url, href }: Badge) => `<a href="${href}"><img src="${url}" /></a>\n`,
  markdown: ({ url, href, word }: Badge) => `[![${word}](${url})](${href})\n`,
  textile: ({ url, href }: Badge) => `"!${url}!":${href}\n`,
  rdoc: ({ url, href }: Badge) => `{<img src="${url}" />}[${href}]\n`,
  restructured: ({ url, href, word }: Badge) => `.. image:: ${url}\n :target: ${href}\n :alt: ${word}\n`,
} as const;

interface Badge {
  readonly url: string;
  readonly href: string;
  readonly word: string;
}

/** Where a repository's badges are, and how to show them. */
export function badgePage({ badges, ui, name }: { badges: string; ui: string; name: string }) {
  const encoded = encodeURIComponent(name);
  const href = `${ui}/repos/${encoded}`;
  const of = (figure: Figure): Badge => ({ url: `${badges}/${encoded}/${figure}`, href, word: words[figure] });
  const coverage = of("coverage");
  const issues = of("issues");
  const both = (template: (badge: Badge) => string) => ({ coverage: template(coverage), issues: template(issues) });
  return {
    coverage_badge_url: coverage.url,
    coverage_badge_href: href,
    issues_badge_url: issues.url,
    issues_badge_href: href,
    templates: {
      html: both(templates.html),
      markdown: both(templates.markdown),
      textile: both(templates.textile),
      rdoc: both(templates.rdoc),
      restructured: both(templates.restructured),
    },
  };
}
