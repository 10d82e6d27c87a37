/** What sweeps contribute to the manifest: the command, and where it is offered. */
import { recipeViewType, resultViewType, studioViewType, tuneView } from '../src/extension/ids.ts';

const command = 'fovea.sweep';

export const sweepCommandList = [{ command, title: 'Sweep Two Parameters…', icon: '$(table)' }];

/** @param pictureMenu submenu of a picture */
export function sweepMenus(pictureMenu: string): Record<string, object[]> {
  const shown = [resultViewType, studioViewType].map((type) => `activeWebviewPanelId == '${type}'`);
  return {
    [pictureMenu]: [{ command, group: '9_sweep@1' }],
    'view/title': [{ command, when: `view == ${tuneView}`, group: 'navigation' }],
    'editor/title': [{ command, when: [...shown, `activeCustomEditorId == '${recipeViewType}'`].join(' || '), group: '3_sweep@1' }],
  };
}
