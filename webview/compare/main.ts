/** Start of the compare panel's page. */
import { registerControls } from '../ui/controls.ts';
import { ComparePanel } from './panel.ts';

registerControls();
const root = document.getElementById('app');
if (root) new ComparePanel(root);
