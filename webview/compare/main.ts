/** Start of the compare panel's page. */
import * as z from 'zod/mini';
import { registerControls } from '../ui/controls.ts';
import { ComparePanel } from './panel.ts';

z.config({ jitless: true }); // its compiled parsers need eval, which the page's policy forbids
registerControls();
const root = document.getElementById('app');
if (root) new ComparePanel(root);
