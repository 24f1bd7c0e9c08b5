import fc from 'fast-check';
import { expect, test } from 'vitest';
import { catalogue, classify } from './catalogue.ts';
import { ACTION, TYPE_NAME } from './schema.ts';
import { CATEGORIES, OPERATIONS, OUTCOMES, SEVERITIES } from './types.ts';

test.each([
  ['resource', 'bot.created dataset.updated integration.deleted configuration.updated skillset.created file.deleted'],
  [
    'authentication',
    'auth.login.succeeded auth.login.failed auth.logout auth.mfa.disabled auth.password.changed api_key.created session.revoked auth.saml.linked',
  ],
  ['authorization', 'role.granted permission.revoked member.added team.member.removed share.created workflow.granted'],
  ['access', 'bot.viewed dataset.downloaded audit.searched audit.exported user.viewed spaceship.viewed secret.viewed'],
  ['administration', 'account.suspended subscription.upgraded invoice.paid organization.updated team.created'],
  [
    'system',
    'platform.updated security_policy.changed retention.changed retention.pruned capture.gap capture.coverage log.key.rotated log.created subject.erased schema.table.altered',
  ],
])('category %s', (category, actions) => {
  for (const action of actions.split(' ')) expect(classify(action).category, action).toBe(category);
});

test.each([
  ['bot.created', 'create', 'success'],
  ['spaceship.created', 'create', 'success'],
  ['spaceship.updated', 'update', 'success'],
  ['spaceship.deleted', 'delete', 'success'],
  ['spaceship.downloaded', 'read', 'success'],
  ['spaceship.launched', 'execute', 'success'],
  ['bot.observed', 'read', 'success'],
  ['auth.login.failed', 'execute', 'failure'],
  ['payment.failed', 'execute', 'failure'],
  ['access.denied', 'execute', 'denied'],
  ['team.member.removed', 'delete', 'success'],
])('%s is %s, %s', (action, operation, outcome) => {
  expect(classify(action)).toMatchObject({ operation, outcome });
});

test('an unknown action is a resource that was used, of no known class', () => {
  expect(classify('spaceship.launched')).toEqual({
    category: 'resource',
    operation: 'execute',
    outcome: 'success',
    severity: 'info',
    tags: [],
  });
});

test('the baseline of a capture is not access by anybody', () => {
  expect(classify('bot.observed').category).toBe('resource');
  expect(classify('api_key.observed')).toMatchObject({ category: 'authentication', severity: 'info', tags: [] });
});

test('every row is within the vocabulary, has a class, and its name is an action', () => {
  const rows = catalogue();
  expect(rows.length).toBeGreaterThan(300);
  expect(new Set(rows.map((row) => row.action)).size).toBe(rows.length);
  for (const row of rows) {
    expect(row.action).toMatch(ACTION);
    for (const part of row.action.split('.')) expect(part).toMatch(TYPE_NAME);
    expect(CATEGORIES).toContain(row.category);
    expect(OPERATIONS).toContain(row.operation);
    expect(OUTCOMES).toContain(row.outcome);
    expect(SEVERITIES).toContain(row.severity);
    expect(row.ocsf?.uid, row.action).toBeGreaterThan(1_000);
    for (const tag of row.tags) expect(tag).toMatch(/^(pci|hipaa|soc2|gdpr):[\w.()]+$/);
    expect(classify(row.action)).toEqual({
      category: row.category,
      operation: row.operation,
      outcome: row.outcome,
      severity: row.severity,
      ocsf: row.ocsf,
      tags: row.tags,
    });
  }
});

test('what matters most is marked so', () => {
  expect(classify('capture.gap').severity).toBe('critical');
  expect(classify('audit.exported')).toMatchObject({
    severity: 'medium',
    tags: expect.arrayContaining(['pci:10.2.1.3', 'hipaa:164.312(b)']),
  });
  expect(classify('role.granted').severity).toBe('medium');
});

test('any action, the names of built-in properties too, is classified', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom('constructor', '__proto__', 'bot'), fc.stringMatching(/^[a-z0-9_]{1,9}$/)), {
        minLength: 2,
        maxLength: 6,
      }),
      (parts) => {
        expect(CATEGORIES).toContain(classify(parts.join('.')).category);
      },
    ),
  );
});
