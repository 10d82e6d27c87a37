/** What the side panel and saved recipes contribute to the manifest: container, views, their commands and menus. */
import { hasResultKey, modelsView, recipeSuffix, recipeViewType, resultViewType, runsView, studioViewType, tuneView } from '../src/extension/ids.ts';

export const sidePanelCommands = [
  { command: 'fovea.evaluate', title: 'Evaluate This Map' },
  { command: 'fovea.checkSanity', title: 'Check the Sanity of This Map' },
  { command: 'fovea.copyCommandLine', title: 'Copy Command Line' },
  { command: 'fovea.saveRecipe', title: 'Save Recipe…' },
  { command: 'fovea.exportReport', title: 'Export Report…' },
  { command: 'fovea.openRun', title: 'Open Run' },
  { command: 'fovea.rerun', title: 'Run Again', icon: '$(refresh)' },
  { command: 'fovea.pinRun', title: 'Pin', icon: '$(pin)' },
  { command: 'fovea.unpinRun', title: 'Unpin', icon: '$(pinned)' },
  { command: 'fovea.deleteRun', title: 'Delete', icon: '$(trash)' },
  { command: 'fovea.clearRuns', title: 'Delete All Runs but the Pinned Ones', icon: '$(clear-all)' },
  { command: 'fovea.explainLayer', title: 'Explain with This Layer' },
  { command: 'fovea.refreshModels', title: 'Look for Models', icon: '$(refresh)' },
];

export const views = {
  viewsContainers: { activitybar: [{ id: 'fovea', title: 'Fovea', icon: 'media/fovea.svg' }] },
  views: {
    fovea: [
      { id: tuneView, name: 'Tune', type: 'webview', icon: 'media/fovea.svg', contextualTitle: 'Fovea' },
      { id: runsView, name: 'Runs', icon: 'media/fovea.svg', contextualTitle: 'Fovea' },
      { id: modelsView, name: 'Models', icon: 'media/fovea.svg', contextualTitle: 'Fovea', visibility: 'collapsed' },
    ],
  },
  viewsWelcome: [{
    view: runsView,
    contents: 'Results are kept here, to be opened or run again.',
  }],
  customEditors: [{ viewType: recipeViewType, displayName: 'Fovea Result', selector: [{ filenamePattern: `*${recipeSuffix}` }], priority: 'default' }],
};

const ofResult = ['fovea.copyCommandLine', 'fovea.saveRecipe', 'fovea.exportReport'];
const onResult = ['fovea.evaluate', 'fovea.checkSanity', ...ofResult];
const aRun = `view == ${runsView} && viewItem =~ /^run/`;
const aResult = `view == ${runsView} && viewItem =~ /^run\\.(explained|made)/`;
const aModel = `view == ${modelsView} && viewItem =~ /^model/`;
const isResult = `activeWebviewPanelId == '${resultViewType}' || activeCustomEditorId == '${recipeViewType}'`;
const isStudio = `activeWebviewPanelId == '${studioViewType}'`;

export const keybindings = [{ command: 'fovea.evaluate', key: 'ctrl+alt+e', mac: 'cmd+alt+e', when: isResult }];

/** Menus of the views, and of results. */
export const sidePanelMenus: Record<string, object[]> = {
  'view/title': [
    { command: 'fovea.clearRuns', when: `view == ${runsView}`, group: 'navigation' },
    { command: 'fovea.refreshModels', when: `view == ${modelsView}`, group: 'navigation' },
  ],
  'view/item/context': [
    { command: 'fovea.pinRun', when: `${aRun} && !(viewItem =~ /pinned$/)`, group: 'inline@1' },
    { command: 'fovea.unpinRun', when: `${aRun} && viewItem =~ /pinned$/`, group: 'inline@1' },
    { command: 'fovea.openRun', when: aRun, group: '1_run@1' },
    { command: 'fovea.rerun', when: aRun, group: '1_run@2' },
    ...ofResult.map((command, order) => ({ command, when: aResult, group: `2_take@${order + 1}` })),
    { command: 'fovea.pinRun', when: `${aRun} && !(viewItem =~ /pinned$/)`, group: '3_keep@1' },
    { command: 'fovea.unpinRun', when: `${aRun} && viewItem =~ /pinned$/`, group: '3_keep@1' },
    { command: 'fovea.deleteRun', when: aRun, group: '3_keep@2' },
    { command: 'fovea.useModel', when: aModel, group: '1_model@1' },
    { command: 'fovea.explainLayer', when: `view == ${modelsView} && viewItem == layer`, group: '1_model@1' },
  ],
  'editor/title': onResult.map((command, order) => (
    { command, when: ofResult.includes(command) ? `${isResult} || ${isStudio}` : isResult, group: `2_fovea@${order + 1}` }
  )),
  'webview/context': onResult.map((command, order) => ({
    command, group: `fovea@${order + 1}`,
    when: [resultViewType, recipeViewType, ...(ofResult.includes(command) ? [studioViewType] : [])].map((type) => `webviewId == '${type}'`).join(' || '),
  })),
  commandPalette: [
    ...onResult.map((command) => ({ command, when: ofResult.includes(command) ? `${hasResultKey} || ${isStudio}` : hasResultKey })),
    ...['openRun', 'rerun', 'pinRun', 'unpinRun', 'deleteRun', 'explainLayer'].map((name) => ({ command: `fovea.${name}`, when: 'false' })),
  ],
};
