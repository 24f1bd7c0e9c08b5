// Known vulnerabilities of what the server runs on, asked of the npm registry. One that does not answer that question fails
// nothing: the end of the run says that nobody was asked.

import { spawn } from 'node:child_process';
import { npm, ROOT, say } from './tools.mjs';

const NAME = 'check: known vulnerabilities (npm audit)';
const PATIENCE_MS = 60_000;
const GRAVE = ['high', 'critical'];

/** @returns {Promise<{failed: string[], skipped: string[]}>} */
export async function audit() {
  say('\nCheck: known vulnerabilities');
  const { vulnerabilities, statusCode, message } = await ask();
  if (vulnerabilities === undefined) {
    const why = statusCode === undefined ? (message ?? 'no answer') : `the registry answers ${statusCode}`;
    say(`Nobody could be asked: ${why}`);
    return { failed: [], skipped: [`${NAME} (${why})`] };
  }
  const grave = Object.values(vulnerabilities).filter(({ severity }) => GRAVE.includes(severity));
  for (const { name, severity, range } of grave) say(`${severity}: ${name} ${range}`);
  return { failed: grave.length === 0 ? [] : [`${NAME}: ${grave.map(({ name }) => name).join(', ')}`], skipped: [] };
}

function ask() {
  const { command, first } = npm();
  return new Promise((resolve) => {
    const options = { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'], timeout: PATIENCE_MS };
    const child = spawn(command, [...first, 'audit', '--omit=dev', '--json', '--fetch-retries=0'], options);
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.on('error', ({ message }) => resolve({ message }));
    child.on('close', () => {
      try {
        resolve(JSON.parse(Buffer.concat(chunks).toString()));
      } catch {
        resolve({ message: 'npm audit said nothing' });
      }
    });
  });
}
