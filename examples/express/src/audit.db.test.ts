// The practice as it was, and what two lines make of it: actor, before and after, of a request, a transaction and a bulk update.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ask, openPractice, type Practice, TEST_DATABASE_URL } from './practice.test.fixture.ts';

const ROSA = { type: 'user', id: 'sta_rosa', name: 'Rosa Lindt', attribution: 'verified' };

describe.skipIf(TEST_DATABASE_URL === undefined)('the practice', () => {
  let practice: Practice;
  let rosa: Ask;

  beforeAll(async () => {
    practice = await openPractice();
    rosa = await practice.as('rosa@practice.test');
  });
  afterAll(() => practice?.close());

  const book = async (startsAt: string, doctorId = 'sta_weber'): Promise<string> => {
    const { status, body } = await rosa('POST', '/appointments', { patientId: 'pat_elena', doctorId, startsAt });
    expect(status).toBe(201);
    return body.id ?? '';
  };

  test('signing in: the session is the work of the one who signs in, and its token is not on record', async () => {
    const [signedIn] = await practice.events('action:session.created actor:sta_rosa', 1);
    expect(signedIn).toMatchObject({ actor: ROSA, change: { after: { staff_id: 'sta_rosa', token_hash: { redacted: 'token' } } } });
  });

  test('a request: who, from where, why, before and after', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.7', 'x-reason': 'She called: hives after penicillin' };
    const { status } = await rosa('PATCH', '/patients/pat_jonas', { allergies: ['penicillin'] }, headers);
    expect(status).toBe(200);
    const [event] = await practice.events('action:patient.updated resource:patient/pat_jonas', 1);
    expect(event).toMatchObject({
      actor: ROSA,
      context: { ip: '203.0.113.7', reason: 'She called: hives after penicillin' },
      change: { before: { allergies: [] }, after: { allergies: ['penicillin'] } },
    });
  });

  test('a transaction: all its rows are of the one who moved the appointment, and of one transaction', async () => {
    const id = await book('2027-03-01T09:00:00Z');
    const { status } = await rosa('POST', `/appointments/${id}/move`, { startsAt: '2027-03-02T10:00:00Z' });
    expect(status).toBe(200);
    const [moved] = await practice.events(`action:appointment.updated resource:appointment/${id}`, 1);
    expect(moved).toMatchObject({
      actor: ROSA,
      change: { before: { starts_at: '2027-03-01 09:00:00+00' }, after: { starts_at: '2027-03-02 10:00:00+00' } },
    });
    const transaction = moved?.source.transaction;
    expect(transaction).toBeDefined();
    const reminders = (await practice.events('resource:reminder', 3)).filter(({ source }) => source.transaction === transaction);
    expect(reminders.map(({ action, actor }) => [action, actor.id])).toEqual([
      ['reminder.deleted', 'sta_rosa'],
      ['reminder.created', 'sta_rosa'],
    ]);
  });

  test('a booking that fails leaves nothing: no row, and no event', async () => {
    await book('2027-04-01T09:00:00Z');
    const taken = { patientId: 'pat_jonas', doctorId: 'sta_weber', startsAt: '2027-04-01T09:10:00Z' };
    expect(await rosa('POST', '/appointments', taken)).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
    await book('2027-04-01T11:00:00Z');
    const made = await practice.events('action:appointment.created after.starts_at:"2027-04-01 11:00:00+00"', 1);
    expect(made).toHaveLength(1);
    expect(await practice.events('action:appointment.created after.patient_id:pat_jonas', 0)).toEqual([]);
  });

  test('a bulk updateMany: each row that it changed is an event of its own, with what it was before', async () => {
    const ids = [await book('2027-05-03T08:00:00Z', 'sta_okafor'), await book('2027-05-03T09:00:00Z', 'sta_okafor')];
    await book('2027-05-04T08:00:00Z', 'sta_okafor');
    const marta = await practice.as('marta@practice.test');
    const day = { doctorId: 'sta_okafor', from: '2027-05-03T00:00:00Z', to: '2027-05-04T00:00:00Z' };
    const answer = await marta('POST', '/appointments/call-off', day, { 'x-reason': 'Dr. Okafor is ill' });
    expect(answer).toEqual({ status: 200, body: { cancelled: 2 } });
    const events = await practice.events('action:appointment.updated after.status:cancelled', 2);
    expect(events.map(({ resource }) => resource.id).sort()).toEqual(ids.sort());
    for (const event of events) {
      expect(event).toMatchObject({
        actor: { type: 'user', id: 'sta_marta', attribution: 'verified' },
        context: { reason: 'Dr. Okafor is ill' },
        change: { before: { status: 'booked' }, after: { status: 'cancelled' } },
      });
    }
  });

  test('a row that is changed behind its back is on record, by nobody known', async () => {
    await practice.sql(`UPDATE patients SET phone = NULL WHERE id = 'pat_elena'`);
    const [event] = await practice.events('actor.type:unknown action:patient.updated', 1);
    expect(event).toMatchObject({ actor: { type: 'unknown', attribution: 'none' }, change: { before: { phone: '+49 30 1230042' } } });
  });

  test('its own rules: sign-in, roles, validation, what is not there', async () => {
    const { ask } = practice;
    const coded = async (answer: ReturnType<Ask>): Promise<unknown> => {
      const { status, body } = await answer;
      return [status, (body.error as { code: string }).code];
    };
    expect(await coded(ask('GET', '/patients'))).toEqual([401, 'unauthenticated']);
    expect(await coded(ask('POST', '/sessions', { email: 'rosa@practice.test', password: 'wrong' }))).toEqual([401, 'unauthenticated']);
    expect(await coded(rosa('POST', '/appointments/call-off', {}))).toEqual([403, 'forbidden']);
    expect(await coded(rosa('POST', '/patients', { name: '' }))).toEqual([422, 'invalid']);
    expect(await coded(rosa('POST', '/patients', '{'))).toEqual([422, 'invalid']);
    expect(await coded(rosa('PATCH', '/patients/pat_nobody', { phone: null }))).toEqual([404, 'not_found']);
    expect(await coded(rosa('GET', '/nothing'))).toEqual([404, 'not_found']);
    expect(
      await coded(rosa('POST', '/appointments', { patientId: 'pat_nobody', doctorId: 'sta_weber', startsAt: '2028-01-03T09:00:00Z' })),
    ).toEqual([409, 'conflict']);
    const leaving = await practice.as('weber@practice.test');
    expect((await leaving('DELETE', '/sessions')).status).toBe(204);
    expect(await coded(leaving('GET', '/patients'))).toEqual([401, 'unauthenticated']);
  });
});
