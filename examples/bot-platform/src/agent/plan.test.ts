import { expect, test } from 'vitest';
import { planOf } from './plan.ts';

test.each([
  ['How long is the warranty?', { kind: 'answer' }],
  ['Remember: Holidays: thirty days: all of them', { kind: 'remember', title: 'Holidays', body: 'thirty days: all of them' }],
  ['remember: nothing more', { kind: 'answer' }],
  ['correct: rec_1: thirty', { kind: 'correct', recordId: 'rec_1', body: 'thirty' }],
  ['forget: rec_1', { kind: 'forget', recordId: 'rec_1' }],
  ['forget', { kind: 'answer' }],
  ['Escalate: the hole is growing', { kind: 'escalate', why: 'the hole is growing' }],
])('%s', (message, plan) => {
  expect(planOf(message)).toEqual(plan);
});
