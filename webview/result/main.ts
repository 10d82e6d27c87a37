/** Start of the result panel's page. */
import { registerControls } from '../ui/controls.ts';
import { Panel } from './panel.ts';

registerControls();
const root = document.getElementById('app');
if (root) new Panel(root);
