// A command is pasted into a shell: no value may end its word or run anything.

import { describe, expect, it } from 'vitest';
import { commandsOf, shell } from './commands.ts';

describe('commands', () => {
  it('names the server, the tenant, the file of state and the key', () => {
    const { sample, all } = commandsOf('https://audit.example', 'acme', { vkey: 'audit.example/log/a+0a1b2c3d+AbC/=', logId: 'a' });
    expect(sample).toBe(
      'indelible verify --server https://audit.example --tenant acme --key "$INDELIBLE_KEY" --state trail.state --vkey audit.example/log/a+0a1b2c3d+AbC/=',
    );
    expect(all).toBe(`${sample} --events`);
  });

  it.each([
    ['acme', 'acme'],
    ["it's", String.raw`'it'\''s'`],
    ['a b; rm -rf $HOME', "'a b; rm -rf $HOME'"],
    ['', "''"],
  ])('quotes %j', (value, quoted) => {
    expect(shell(value)).toBe(quoted);
  });
});
