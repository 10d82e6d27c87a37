/** Start of the studio's page. */
import { registerControls } from '../ui/controls.ts';
import { Studio } from './studio.ts';

registerControls();
const root = document.getElementById('app');
if (root) new Studio(root);
