/** Names that the manifest and the code must agree on. */

/** Commands that explain: this and the id of a technique. */
export const explainPrefix = 'fovea.explain.';

export const resultViewType = 'fovea.result';

/** Context keys that complete steps of the walkthrough. */
export const changedClassKey = 'fovea.changedClass';
export const changedLayerKey = 'fovea.changedLayer';
