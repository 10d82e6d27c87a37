/**
 * Gets what the tests need beyond npm's packages: Debian's chromium and ONNX's operator test data, and the editor that runs as a web server.
 * What cannot be had is said; the tests that need it skip themselves.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { installCodeServer } from '../e2e/rig/install-tools.ts';
import { findChromium } from './chromium.ts';

const missing = [
  ...(findChromium() ? [] : ['chromium']),
  ...(existsSync('/usr/share/libonnx-testdata') ? [] : ['libonnx-testdata']),
];
if (missing.length > 0) installFromDebian(missing);
try {
  await installCodeServer();
} catch (error) {
  console.log(`SKIPPED: tests in the real editor: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
}

function installFromDebian(packages: string[]): void {
  const apt = '/usr/bin/apt-get';
  if (process.getuid?.() !== 0 || !existsSync(apt)) {
    console.log(`SKIPPED: tests that need ${packages.join(' and ')}; install with: sudo apt-get install ${packages.join(' ')}`);
    return;
  }
  console.log(`Installing ${packages.join(', ')} ...`);
  try {
    execFileSync(apt, ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'] });
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    execFileSync(apt, ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (error) {
    console.log(`SKIPPED: tests that need ${packages.join(' and ')}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
  }
}
