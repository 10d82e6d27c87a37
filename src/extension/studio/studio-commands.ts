/** Commands that make pictures: what they ask before a studio opens. */
import { window, type Uri } from 'vscode';
import type { GeneratorDescription, GeneratorFamily } from '../../protocol/generate.ts';
import { FoveaError } from '../../protocol/errors.ts';
import type { PictureRole, Work } from '../../protocol/studio-panel.ts';
import type { ActiveModel } from '../models/active-model.ts';
import { activePicture, askForPicture, picturesOf } from '../pictures.ts';
import { askForClass, askForLayer } from './target-picker.ts';
import { nameOf } from './work.ts';
import type { Workbench } from '../workbench.ts';

type Handler = (...args: unknown[]) => Promise<void>;

export function studioCommands(models: ActiveModel, workbench: () => Promise<Workbench>): Record<string, Handler> {
  /** Chosen for style transfer so far. */
  const chosen = new Map<PictureRole, Uri>();

  async function find(family: GeneratorFamily, fits: (generator: GeneratorDescription) => boolean, what: string): Promise<GeneratorDescription> {
    const generators = await (await workbench()).engine.generators();
    const found = generators.find((generator) => generator.family === family && fits(generator));
    if (found) return found;
    throw new FoveaError('technique-unknown', `This version makes no ${what}.`, 'Update Fovea.');
  }

  async function open(generator: GeneratorDescription, work: Partial<Work>): Promise<void> {
    const { studios } = await workbench();
    studios.start({ generator: generator.id, model: models.reference, classes: [], parameters: {}, seed: 0, ...work });
  }

  /** The picture that a menu names, else the active one, else the one that the person chooses. */
  async function pictureFor(args: readonly unknown[], title: string): Promise<Uri | undefined> {
    return picturesOf(args)[0] ?? activePicture() ?? askForPicture(title);
  }

  async function transfer(): Promise<void> {
    const [content, style] = [chosen.get('content'), chosen.get('style')];
    if (!content || !style) return;
    await open(await find('style', () => true, 'style transfer'), { content: content.toString(), style: style.toString() });
  }

  const use = (role: PictureRole): Handler => async (...args) => {
    const picture = await pictureFor(args, role === 'content' ? 'Choose the Photograph' : 'Choose the Style');
    if (!picture) return;
    chosen.set(role, picture);
    const other: PictureRole = role === 'content' ? 'style' : 'content';
    if (chosen.has(other)) {
      await transfer();
      return;
    }
    const action = other === 'style' ? 'Choose Style…' : 'Choose Content…';
    const choice = await window.showInformationMessage(
      `"${nameOf(picture.path)}" is the ${role} of the next style transfer. Now choose “Use as ${other === 'style' ? 'Style' : 'Content'}” from another picture's menu.`, action);
    if (choice !== action) return;
    const second = await askForPicture(other === 'style' ? 'Choose the Style' : 'Choose the Photograph');
    if (second) chosen.set(other, second);
    await transfer();
  };

  return {
    'fovea.visualizeClass': async () => {
      const generator = await find('visualization', ({ needs }) => !needs.content, 'class visualizations');
      const index = await askForClass((await workbench()).engine, models.reference, 'Visualize a Class');
      if (typeof index === 'number') await open(generator, { classes: [index] });
    },
    'fovea.makeFoolingImage': async (...args) => {
      const picture = await pictureFor(args, 'Choose the Photograph');
      if (!picture) return;
      const generator = await find('fooling', ({ needs }) => needs.content, 'fooling images');
      const { engine } = await workbench();
      const any = generator.needs.target === 'class-or-any' ? 'Any other class' : undefined;
      const target = await askForClass(engine, models.reference, `Make a Fooling Image of "${nameOf(picture.path)}"`, any);
      if (target !== undefined) await open(generator, { content: picture.toString(), classes: target === 'any' ? [] : [target] });
    },
    'fovea.deepDream': async (...args) => {
      const picture = await pictureFor(args, 'Choose the Photograph');
      if (!picture) return;
      const layer = await askForLayer((await workbench()).engine, models.reference, 'Deep Dream');
      if (layer !== undefined) await open(await find('visualization', ({ needs }) => needs.content, 'deep dreams'), { content: picture.toString(), layer });
    },
    'fovea.useAsContent': use('content'),
    'fovea.useAsStyle': use('style'),
    'fovea.styleTransfer': async (...args) => {
      const [named] = picturesOf(args);
      const content = named ?? await askForPicture('Choose the Photograph');
      if (!content) return;
      const style = await askForPicture('Choose the Style');
      if (!style) return;
      chosen.set('content', content).set('style', style);
      await transfer();
    },
  };
}
