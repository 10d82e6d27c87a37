/**
 * The part of package.json that follows from other facts: commands, menus, settings, schemas, walkthrough.
 * `npm run generate` writes it; test/unit/manifest.test.ts fails when it is out of date.
 */
import { changedClassKey, changedLayerKey, compareViewType, explainPrefix, recipeSuffix, resultViewType, studioViewType, sweepViewType } from '../src/extension/ids.ts';
import { pictureExtensions } from '../src/protocol/pictures.ts';
import type { TechniqueFamily } from '../src/protocol/techniques.ts';
import { compareCommandList, compareMenus } from './compare-manifest.ts';
import { keybindings, sidePanelCommands, sidePanelMenus, views } from './side-panel-manifest.ts';
import { studioCommandList, studioMenus } from './studio-manifest.ts';
import { sweepCommandList, sweepMenus } from './sweep-manifest.ts';

/** What a technique contributes to the manifest. */
export interface TechniqueFacts {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly family: TechniqueFamily;
}

/** In the order of the submenu. */
const families: readonly TechniqueFamily[] = ['cam', 'attribution', 'layer', 'generation'];

/** The submenu of a picture that holds all techniques. */
const techniquesMenu = 'fovea.techniques';

const category = 'Fovea';
const isPicture = `resourceExtname =~ /^\\.(${pictureExtensions.join('|')})$/i`;
const inImagePreview = "webviewId == 'imagePreview.previewEditor'";

const ownCommands = [
  { command: 'fovea.openSample', title: 'Open Sample Picture' },
  { command: 'fovea.explainSample', title: 'Explain Sample Picture' },
  { command: 'fovea.selectModel', title: 'Select Model…', icon: '$(symbol-class)' },
  { command: 'fovea.useModel', title: 'Use as Active Model' },
  { command: 'fovea.restartEngine', title: 'Restart Engine' },
  { command: 'fovea.showLog', title: 'Show Log' },
];

const configuration = {
  title: 'Fovea',
  properties: {
    'fovea.runtime': {
      type: 'string',
      enum: ['auto', 'onnxruntime', 'wasm'],
      enumItemLabels: ['Automatic', 'ONNX Runtime', 'WebAssembly'],
      markdownEnumDescriptions: [
        'The fastest runtime that works on this machine.',
        'ONNX Runtime as a native library; fails with a message where the library does not load.',
        'ONNX Runtime as WebAssembly: runs everywhere and gives the same results, more slowly.',
      ],
      default: 'auto',
      scope: 'machine-overridable',
      markdownDescription: 'What runs the models. *Automatic* takes native ONNX Runtime and falls back to its WebAssembly build. Open results are made again when this changes.',
    },
    'fovea.sanityBadge': {
      type: 'boolean',
      default: true,
      markdownDescription: 'Check in the background whether a map changes when the model\'s upper layers are made meaningless, and say so in a badge beside it. Techniques that take longer than two seconds are checked only when you ask.',
    },
  },
};

const walkthrough = {
  id: 'start',
  title: 'See What an Image Model Sees',
  description: 'Four steps from a picture to your own model.',
  icon: 'media/icon.png',
  featuredFor: ['*.onnx'],
  steps: [
    {
      id: 'explain',
      title: 'Explain a picture',
      description: 'Right-click a picture in the Explorer and choose **Explain with Grad-CAM**: the regions that speak for the class light up.\n[Explain the Sample Picture](command:fovea.explainSample)',
      media: { svg: 'media/walkthrough/explain.svg', altText: 'A picture with a heat map over it, and five predictions as bars' },
      completionEvents: ['onCommand:fovea.explainSample', `onCommand:${explainPrefix}grad-cam`],
    },
    {
      id: 'class',
      title: 'Ask about another class',
      description: 'Click another prediction, or search for a class by name: the map moves to what speaks for that class.\n[Explain the Sample Picture](command:fovea.explainSample)',
      media: { svg: 'media/walkthrough/class.svg', altText: 'The second prediction is chosen, and the heat map lies on another object' },
      completionEvents: [`onContext:${changedClassKey}`],
    },
    {
      id: 'layer',
      title: 'Look at other layers',
      description: 'Choose a layer in the panel, or open **Every layer** to see how the map sharpens from the first layers to the last.\n[Explain the Sample Picture](command:fovea.explainSample)',
      media: { svg: 'media/walkthrough/layer.svg', altText: 'A strip of small heat maps, one for every layer' },
      completionEvents: [`onContext:${changedLayerKey}`],
    },
    {
      id: 'model',
      title: 'Use your own model',
      description: 'Put an `.onnx` file into the workspace and choose **Use as Active Model** from its menu, or pick one from the list.\n[Select a Model](command:fovea.selectModel)',
      media: { svg: 'media/walkthrough/model.svg', altText: 'A model file in the Explorer and the status-bar item that names the active model' },
      completionEvents: ['onCommand:fovea.selectModel', 'onCommand:fovea.useModel'],
    },
  ],
};

/** `contributes` of package.json. @param techniques in the order of the menus; the first has an icon in the editor's title */
export function contributes(techniques: readonly TechniqueFacts[]): object {
  const explain = techniques.map(({ id, title }, order) => ({
    command: `${explainPrefix}${id}`,
    title: `Explain with ${title}`,
    shortTitle: title,
    ...(order === 0 && { icon: '$(eye)' }),
  }));
  /** The first technique, and the submenu of all. */
  const inMenu = (when: string, first: string, rest: string): object[] => [
    { command: explain[0].command, when, group: first }, { submenu: techniquesMenu, when, group: rest },
  ];
  const menus: Record<string, object[]> = {
    'explorer/context': [
      ...inMenu(isPicture, '2_fovea@1', '2_fovea@2'),
      { command: 'fovea.useModel', when: 'resourceExtname =~ /^\\.onnx$/i', group: '2_fovea@1' },
    ],
    'editor/title': inMenu(isPicture, 'navigation', '1_fovea@1'),
    'webview/context': inMenu(inImagePreview, 'fovea@1', 'fovea@2'),
    [techniquesMenu]: techniques.map(({ family }, order) => (
      { command: explain[order].command, group: `${families.indexOf(family) + 1}_${family}@${order + 1}` }
    )),
    commandPalette: [{ command: 'fovea.useModel', when: 'false' }],
  };
  return {
    commands: [...explain, ...ownCommands, ...compareCommandList, ...studioCommandList, ...sweepCommandList, ...sidePanelCommands]
      .map((command) => ({ ...command, category })),
    submenus: [{ id: techniquesMenu, label: 'Fovea' }],
    menus: joinMenus(menus, compareMenus(techniquesMenu), studioMenus(techniquesMenu), sweepMenus(techniquesMenu), sidePanelMenus),
    keybindings,
    ...views,
    configuration,
    jsonValidation: [
      { fileMatch: '*.fovea.json', url: './media/schemas/sidecar.schema.json' },
      { fileMatch: `*${recipeSuffix}`, url: './media/schemas/recipe.schema.json' },
    ],
    walkthroughs: [walkthrough],
  };
}

function joinMenus(...parts: readonly Record<string, object[]>[]): Record<string, object[]> {
  const places = new Set(parts.flatMap(Object.keys));
  return Object.fromEntries([...places].map((place) => [place, parts.flatMap((part) => part[place] ?? [])]));
}

/** What the rest of the manifest says about activation and trust. */
export const hostFacts = {
  icon: 'media/icon.png',
  categories: ['Machine Learning', 'Visualization', 'Data Science'],
  activationEvents: ['onStartupFinished', ...[resultViewType, compareViewType, studioViewType, sweepViewType].map((type) => `onWebviewPanel:${type}`)],
  capabilities: {
    untrustedWorkspaces: {
      supported: 'limited',
      description: 'In Restricted Mode pictures are explained with the bundled model only; models of the workspace need trust.',
      restrictedConfigurations: ['fovea.runtime'],
    },
    virtualWorkspaces: { supported: false, description: 'Fovea reads pictures and models from the file system of the machine that it runs on.' },
  },
};
