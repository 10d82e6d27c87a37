/** The command that sweeps two parameters: what it finds out, or asks, before a sweep panel opens. */
import { window, type QuickPickItem, type Uri } from 'vscode';
import type { GeneratorDescription } from '../../protocol/generate.ts';
import type { Swept } from '../../protocol/sweep-panel.ts';
import { activePicture, askForPicture, picturesOf } from '../pictures.ts';
import type { ActiveModel } from '../models/active-model.ts';
import { askForClass, askForLayer } from '../studio/target-picker.ts';
import type { Workbench } from '../workbench.ts';

type Handler = (...args: unknown[]) => Promise<void>;
type Choice = QuickPickItem & { readonly technique?: string; readonly generator?: GeneratorDescription };

export function sweepCommands(models: ActiveModel, workbench: () => Promise<Workbench>): Record<string, Handler> {
  /** What is being looked at, with all that was chosen there. */
  async function atHand(): Promise<Swept | undefined> {
    const { studios, panels } = await workbench();
    const studio = studios.all.find(({ view }) => view.active);
    if (studio) return { kind: 'make', work: studio.session.work };
    const subject = (panels.active ?? (activePicture() ? undefined : panels.focused))?.session.subject;
    return subject && { kind: 'explain', subject };
  }

  async function askForAll(): Promise<Swept | undefined> {
    const picture = activePicture() ?? await askForPicture('Choose a Picture');
    return picture && askFor(picture);
  }

  async function askFor(picture: Uri): Promise<Swept | undefined> {
    const { engine } = await workbench();
    const choices = Promise.all([engine.techniques(), engine.generators()]).then(([techniques, generators]): Choice[] => [
      { label: 'Explain it', kind: -1 },
      ...techniques.map(({ id, title, summary }) => ({ label: title, detail: summary, technique: id })),
      { label: 'Make pictures', kind: -1 },
      ...generators.map((generator) => ({ label: generator.title, detail: generator.summary, generator })),
    ]);
    const choice = await window.showQuickPick(choices, { title: 'Sweep Two Parameters', placeHolder: 'Of which technique', matchOnDetail: true });
    const model = models.reference;
    if (choice?.technique !== undefined) {
      return { kind: 'explain', subject: { picture: picture.toString(), model, technique: choice.technique, class: 'top', score: 'logit', parameters: {}, seed: 0 } };
    }
    return choice?.generator && make(choice.generator, picture, model);
  }

  /** Asks for what the generator needs beside the picture. */
  async function make({ id, title, needs }: GeneratorDescription, picture: Uri, model: string): Promise<Swept | undefined> {
    const { engine } = await workbench();
    const style = needs.style ? await askForPicture('Choose the Style') : undefined;
    if (needs.style && !style) return undefined;
    const ofLayer = needs.target === 'class-or-layer' && needs.content;
    const layer = ofLayer ? await askForLayer(engine, model, title) : undefined;
    const any = needs.target === 'class-or-any' ? 'Any other class' : undefined;
    const target = ofLayer || needs.target === 'none' ? 'any' : await askForClass(engine, model, title, any);
    if (target === undefined || (ofLayer && layer === undefined)) return undefined;
    return {
      kind: 'make',
      work: {
        generator: id, model, ...(needs.content && { content: picture.toString() }), ...(style && { style: style.toString() }),
        ...(layer !== undefined && { layer }), classes: target === 'any' ? [] : [target], parameters: {}, seed: 0,
      },
    };
  }

  return {
    /** Of what a program names, of the picture that a menu names, of what is being looked at, or of what the person chooses. */
    'fovea.sweep': async (...args) => {
      const { sweeps } = await workbench();
      const [picture] = picturesOf(args);
      const swept = sweeps.read(args[0]) ?? (picture ? await askFor(picture) : await atHand() ?? await askForAll());
      if (swept) sweeps.show(swept);
    },
  };
}
