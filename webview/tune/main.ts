/** Start of the side panel's page. */
import { registerControls } from '../ui/controls.ts';
import { TunePanel } from './tune-panel.ts';

registerControls();
const root = document.getElementById('app');
if (root) new TunePanel(root);
