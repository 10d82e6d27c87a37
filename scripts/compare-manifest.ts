/** What comparisons contribute to the manifest: their commands, and where these are offered. */
import { recipeViewType, resultViewType, runsView } from '../src/extension/ids.ts';

export const compareCommandList = [
  { command: 'fovea.compareTechniques', title: 'Compare Techniques…' },
  { command: 'fovea.compareClasses', title: 'Compare Classes…' },
  { command: 'fovea.compareLayers', title: 'Compare Layers…' },
  { command: 'fovea.compareModels', title: 'Compare Models…' },
  { command: 'fovea.comparePictures', title: 'Compare Pictures…' },
  { command: 'fovea.compareRuns', title: 'Compare Selected' },
];

const ofResult = ['Techniques', 'Classes', 'Layers', 'Models'];

/** @param pictureMenu submenu of a picture */
export function compareMenus(pictureMenu: string): Record<string, object[]> {
  return {
    [pictureMenu]: ['Techniques', 'Classes', 'Layers', 'Models', 'Pictures'].map((name, order) => (
      { command: `fovea.compare${name}`, ...(name === 'Pictures' && { when: 'listMultiSelection' }), group: `8_compare@${order + 1}` }
    )),
    'editor/title': ofResult.map((name, order) => (
      { command: `fovea.compare${name}`, when: `activeWebviewPanelId == '${resultViewType}' || activeCustomEditorId == '${recipeViewType}'`, group: `3_compare@${order + 1}` }
    )),
    'webview/context': ofResult.map((name, order) => (
      { command: `fovea.compare${name}`, when: `webviewId == '${resultViewType}' || webviewId == '${recipeViewType}'`, group: `foveaCompare@${order + 1}` }
    )),
    'view/item/context': [{ command: 'fovea.compareRuns', when: `view == ${runsView} && viewItem =~ /^run\\.explained/ && listMultiSelection`, group: '1_run@3' }],
    commandPalette: [{ command: 'fovea.compareRuns', when: 'false' }],
  };
}
