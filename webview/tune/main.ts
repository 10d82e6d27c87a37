/** Start of the side panel's page. */
import * as z from 'zod/mini';
import { registerControls } from '../ui/controls.ts';
import { TunePanel } from './tune-panel.ts';

z.config({ jitless: true }); // its compiled parsers need eval, which the page's policy forbids
registerControls();
const root = document.getElementById('app');
if (root) new TunePanel(root);
