/** Runs inside the extension host that `npm run try` starts, as VS Code's test runner would: explains the sample, and never ends the window. */
const { commands } = require('vscode');

exports.run = async () => {
  await commands.executeCommand('fovea.explainSample');
  await new Promise(() => {});
};
