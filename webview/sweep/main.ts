/** Start of the sweep panel's page. */
import { registerControls } from '../ui/controls.ts';
import { SweepPage } from './sweep-page.ts';

registerControls();
const root = document.getElementById('app');
if (root) new SweepPage(root);
