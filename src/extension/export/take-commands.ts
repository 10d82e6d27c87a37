/** Commands that take something of a result along: of the panel that the message came from, which has the focus. */
export const takeCommands = { 'command-line': 'fovea.copyCommandLine', recipe: 'fovea.saveRecipe', report: 'fovea.exportReport' } as const;
