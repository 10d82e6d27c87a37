/** The floors of the house: which room may import which. `npm run lint` checks them. */

const rooms = ['extension', 'engine', 'cli', 'techniques', 'metrics', 'graph', 'formats', 'runtimes', 'pictures', 'protocol'];

/** A rule that a room imports only itself and the rooms named; `also` are single files beyond them. */
function mayImport(room, allowed, also = []) {
  const others = rooms.filter((other) => other !== room && !allowed.includes(other)).map((other) => `src/${other}/`);
  return {
    name: `${room}-may-import-${['nothing-but', ...allowed].join('-')}`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: { path: `^(${[...others, 'webview/'].join('|')})`, ...(also.length > 0 && { pathNot: also.map((file) => `^${file}$`) }) },
  };
}

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    mayImport('protocol', []),
    mayImport('graph', ['protocol']),
    mayImport('formats', ['graph', 'protocol']),
    // ONNX is the language that ONNX Runtime is given graphs in.
    mayImport('runtimes', ['graph', 'protocol'], ['src/formats/onnx-export\\.ts']),
    mayImport('pictures', ['graph', 'protocol']),
    mayImport('techniques', ['graph', 'protocol', 'pictures', 'metrics'], ['src/runtimes/runtime\\.ts']),
    mayImport('metrics', ['graph', 'protocol', 'pictures'], ['src/runtimes/runtime\\.ts']),
    mayImport('engine', ['graph', 'protocol', 'pictures', 'techniques', 'metrics', 'formats', 'runtimes']),
    mayImport('cli', ['engine', 'graph', 'protocol', 'pictures', 'techniques', 'metrics', 'formats', 'runtimes']),
    mayImport('extension', ['protocol']),
    {
      name: 'webview-may-import-protocol',
      severity: 'error',
      from: { path: '^webview/' },
      to: { path: '^src/', pathNot: '^src/protocol/' },
    },
    {
      name: 'webview-panels-share-through-ui-only',
      severity: 'error',
      from: { path: '^webview/([^/]+)/' },
      to: { path: '^webview/', pathNot: '^webview/($1|ui)/' },
    },
    {
      name: 'graph-types-only-for-pictures',
      comment: 'Pictures know the shape of a tensor, not the compiler.',
      severity: 'error',
      from: { path: '^src/pictures/' },
      to: { path: '^src/graph/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'vscode-only-in-extension',
      severity: 'error',
      from: { path: '^(src|webview|test)/', pathNot: '^(src/extension/|test/integration/)' },
      to: { path: '^(node_modules/@types/)?vscode(/|$)' },
    },
    {
      name: 'native-modules-only-behind-their-rooms',
      severity: 'error',
      from: { path: '^(src|webview)/', pathNot: '^src/(runtimes|pictures)/' },
      to: { path: '(^|/)(onnxruntime-(node|web|common)|sharp|@tensorflow)(/|$)' },
    },
    { name: 'nothing-imports-tests', severity: 'error', from: { path: '^(src|webview)/' }, to: { path: '^(test|\\.ci)/' } },
    { name: 'no-unresolved', severity: 'error', from: { path: '^(src|webview|test)/' }, to: { couldNotResolve: true, pathNot: '^vscode$' } },
    {
      name: 'no-dev-dependency-in-product',
      severity: 'error',
      from: { path: '^(src|webview)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^(node_modules/@types/)?vscode' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'], exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
