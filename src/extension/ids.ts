/** Names that the manifest and the code must agree on. */

/** Commands that explain: this and the id of a technique. */
export const explainPrefix = 'fovea.explain.';

export const resultViewType = 'fovea.result';

export const compareViewType = 'fovea.compare';

export const studioViewType = 'fovea.studio';

export const sweepViewType = 'fovea.sweep';

/** The editor that opens a saved recipe as a result. */
export const recipeViewType = 'fovea.recipe';
export const recipeSuffix = '.fovea-run.json';

/** Views of the side panel. */
export const tuneView = 'fovea.tune';
export const runsView = 'fovea.runs';
export const modelsView = 'fovea.models';

/** Context key: a result is open. */
export const hasResultKey = 'fovea.hasResult';

/** Context keys that complete steps of the walkthrough. */
export const changedClassKey = 'fovea.changedClass';
export const changedLayerKey = 'fovea.changedLayer';
