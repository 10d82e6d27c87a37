/** What the studio contributes to the manifest: commands that make pictures, and their places in the submenu of a picture. */

/** In the order of the menu; those that start from a picture have a place in its submenu. */
const studioCommandFacts = [
  { command: 'fovea.visualizeClass', title: 'Visualize a Class…' },
  { command: 'fovea.makeFoolingImage', title: 'Make a Fooling Image…', place: '5_make@1' },
  { command: 'fovea.deepDream', title: 'Deep Dream…', place: '5_make@2' },
  { command: 'fovea.styleTransfer', title: 'Style Transfer…' },
  { command: 'fovea.useAsContent', title: 'Use as Content', place: '6_style@1' },
  { command: 'fovea.useAsStyle', title: 'Use as Style', place: '6_style@2' },
];

export const studioCommandList = studioCommandFacts.map(({ command, title }) => ({ command, title }));

/** @param submenu of a picture */
export function studioMenus(submenu: string): Record<string, object[]> {
  return { [submenu]: studioCommandFacts.flatMap(({ command, place }) => (place === undefined ? [] : [{ command, group: place }])) };
}
