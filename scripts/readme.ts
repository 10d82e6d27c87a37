/** The parts of README.md that follow from the registries: between `<!-- NAME -->` and `<!-- /NAME -->`. */
import { operators } from '../src/graph/operators/registry.ts';
import { generators } from '../src/techniques/generators.ts';
import { techniques } from '../src/techniques/registry.ts';

interface Described {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly citation: { readonly authors: string; readonly year: number; readonly url: string };
}

function row({ id, title, summary, citation: { authors, year, url } }: Described): string {
  return `| ${title} | \`${id}\` | ${summary} | [${authors} ${year}](${url}) |`;
}

function techniqueTable(): string {
  const head = '| technique | id | what it shows | source |\n| --- | --- | --- | --- |';
  return [head, ...techniques.map(row), ...generators.map(row)].join('\n');
}

/** Operators in alphabetical order, those of other domains with their domain. Those without a gradient of their own are rewritten into others. */
function operatorList(): string {
  const names = (own: boolean): string => [...operators]
    .filter(([, operator]) => (operator.gradient !== undefined) === own)
    .map(([name]) => `\`${name}\``).sort((a, b) => a.localeCompare(b, 'en')).join(', ');
  return `With their gradients: ${names(true)}.\n\nRewritten into these when a file is read: ${names(false)}.`;
}

const parts: Readonly<Record<string, () => string>> = { techniques: techniqueTable, operators: operatorList };

/** @throws Error if the text lacks one of the marks */
export function withGeneratedParts(readme: string): string {
  return Object.entries(parts).reduce((text, [name, make]) => {
    const mark = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- /${name} -->)`);
    if (!mark.test(text)) throw new Error(`README.md has no part <!-- ${name} --> ... <!-- /${name} -->.`);
    return text.replace(mark, (_, open: string, close: string) => `${open}${make()}\n${close}`);
  }, readme);
}
