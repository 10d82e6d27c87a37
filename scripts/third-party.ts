/**
 * The licences of all that a package holds besides Fovea: what esbuild put into the bundles, and the packages that stay outside.
 * Written from the packages' own files; scripts/licences has the texts that some of them leave out:
 *
 * - MIT-Microsoft.txt, onnxruntime-third-party.txt: LICENSE and ThirdPartyNotices.txt of ONNX Runtime 1.30.0, from its Python package
 * - LGPL-3.0.txt, GPL-3.0.txt: the Free Software Foundation's, for the libraries inside libvips
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const keptTexts = fileURLToPath(new URL('licences', import.meta.url));

const separator = `\n\n${'='.repeat(100)}\n\n`;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
}

/** @param files paths inside node_modules folders @returns the folder of each package that they belong to, once */
export function packageFolders(files: readonly string[]): string[] {
  const folders = files.map((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^@/][^/]*(?=\/)/.exec(file.replaceAll('\\', '/'))?.[0]);
  return [...new Set(folders)].filter((folder) => folder !== undefined);
}

/**
 * @param folders of the packages
 * @returns the text of ThirdPartyNotices.txt: every package with its version, and each licence text once
 * @throws Error where a package has no licence text and none is kept for it
 */
export async function thirdPartyNotices(folders: readonly string[]): Promise<string> {
  const holders = new Map<string, Set<string>>();
  for (const folder of folders) {
    const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as Manifest;
    const texts = await licenceTexts(folder, manifest);
    if (texts.length === 0) throw new Error(`${manifest.name} has no text of its licence (${manifest.license}); put one into scripts/licences.`);
    for (const text of texts) {
      if (!holders.has(text)) holders.set(text, new Set());
      holders.get(text)!.add(`${manifest.name} ${manifest.version} (${manifest.license})`);
    }
  }
  const sections = [...holders].map(([text, names]) => `${[...names].sort().join('\n')}\n\n${text}`).sort();
  const heading = 'Fovea holds the work of others under the terms below. The bundled model has its licence beside it, in models/.\n'
    + 'libvips is loaded as a library of its own, from node_modules/@img, and may be replaced there; it is built from'
    + ' https://github.com/lovell/sharp-libvips.';
  return `${[heading, ...sections].join(separator)}\n`;
}

async function licenceTexts(folder: string, manifest: Manifest): Promise<string[]> {
  const own = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notices?|third-?party-?notices?)\b/i.test(file)).sort();
  const files = own.map((file) => path.join(folder, file));
  const author = typeof manifest.author === 'object' ? manifest.author.name : manifest.author;
  const microsoft = author?.startsWith('Microsoft') || manifest.name.startsWith('onnxruntime-');
  if (files.length === 0 && manifest.license === 'MIT' && microsoft) files.push(path.join(keptTexts, 'MIT-Microsoft.txt'));
  if (/^onnxruntime-(node|web)$/.test(manifest.name)) files.push(path.join(keptTexts, 'onnxruntime-third-party.txt'));
  if (manifest.license?.includes('LGPL-3.0')) {
    files.push(path.join(folder, 'README.md'), path.join(keptTexts, 'LGPL-3.0.txt'), path.join(keptTexts, 'GPL-3.0.txt'));
  }
  return await Promise.all(files.map(async (file) => (await readFile(file, 'utf8')).replaceAll('\r\n', '\n').trim()));
}
