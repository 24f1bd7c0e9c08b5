// Appointments: booked and moved in transactions, so that no doctor is in two rooms, and called off in bulk.

import { Router } from 'express';
import { z } from 'zod';
import { ApiError } from './api-error.ts';
import type { Database } from './database.ts';
import { type Prisma, Status } from './generated/prisma/client.ts';
import { allow } from './sign-in.ts';

const Time = z.iso.datetime({ offset: true }).transform((time) => new Date(time));
const Booking = z.strictObject({
  patientId: z.string(),
  doctorId: z.string(),
  startsAt: Time,
  minutes: z.number().int().min(5).max(240).default(20),
  note: z.string().max(1_000).optional(),
});
const Move = z.strictObject({ startsAt: Time });
const Progress = z.strictObject({ status: z.enum(Status) });
const CallingOff = z.strictObject({ doctorId: z.string(), from: Time, to: Time });

const DAY_MS = 24 * 60 * 60 * 1_000;
const MINUTE_MS = 60 * 1_000;

export function appointmentRoutes(db: Database): Router {
  const routes = Router();
  routes.get('/appointments', async (_req, res) => {
    res.json(await db.appointment.findMany({ where: { status: { not: 'cancelled' } }, orderBy: { startsAt: 'asc' }, take: 200 }));
  });

  routes.post('/appointments', async (req, res) => {
    allow(req, 'reception', 'manager');
    const { note = null, ...booking } = Booking.parse(req.body);
    const booked = await db.$transaction(async (tx) => {
      await expectFree(tx, booking);
      const appointment = await tx.appointment.create({ data: { ...booking, note } });
      await remind(tx, appointment.id, booking.startsAt);
      return appointment;
    });
    res.status(201).json(booked);
  });

  routes.post('/appointments/:id/move', async (req, res) => {
    allow(req, 'reception', 'manager');
    const { startsAt } = Move.parse(req.body);
    const { id } = req.params;
    const moved = await db.$transaction(async (tx) => {
      const { doctorId, minutes } = await tx.appointment.findUniqueOrThrow({ where: { id } });
      await expectFree(tx, { doctorId, startsAt, minutes }, id);
      await tx.reminder.deleteMany({ where: { appointmentId: id } });
      await remind(tx, id, startsAt);
      return tx.appointment.update({ where: { id }, data: { startsAt } });
    });
    res.json(moved);
  });

  routes.patch('/appointments/:id', async (req, res) => {
    res.json(await db.appointment.update({ where: { id: req.params.id }, data: Progress.parse(req.body) }));
  });

  // A doctor is ill: everything that is booked with her in that time.
  routes.post('/appointments/call-off', async (req, res) => {
    allow(req, 'manager');
    const { doctorId, from, to } = CallingOff.parse(req.body);
    const { count } = await db.appointment.updateMany({
      where: { doctorId, status: 'booked', startsAt: { gte: from, lt: to } },
      data: { status: 'cancelled' },
    });
    res.json({ cancelled: count });
  });
  return routes;
}

interface Slot {
  readonly doctorId: string;
  readonly startsAt: Date;
  readonly minutes: number;
}

/** Holds the doctor's calendar until the transaction ends, so that two who book at once meet here. */
async function expectFree(tx: Prisma.TransactionClient, { doctorId, startsAt, minutes }: Slot, except = ''): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${doctorId}, 0))`;
  const near = await tx.appointment.findMany({
    where: {
      id: { not: except },
      doctorId,
      status: { not: 'cancelled' },
      startsAt: { gt: new Date(startsAt.getTime() - DAY_MS), lt: new Date(startsAt.getTime() + minutes * MINUTE_MS) },
    },
  });
  const taken = near.some((other) => other.startsAt.getTime() + other.minutes * MINUTE_MS > startsAt.getTime());
  if (taken) throw new ApiError('conflict', 'The doctor has another appointment then.');
}

async function remind(tx: Prisma.TransactionClient, appointmentId: string, startsAt: Date): Promise<void> {
  const text = `Your appointment: ${startsAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  await tx.reminder.create({ data: { appointmentId, sendAt: new Date(startsAt.getTime() - DAY_MS), text } });
}
