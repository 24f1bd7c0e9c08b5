// The patients of the practice.

import { Router } from 'express';
import { z } from 'zod';
import type { Database } from './database.ts';

const NewPatient = z.strictObject({
  name: z.string().min(1).max(200),
  birthDate: z.iso.date().transform((date) => new Date(date)),
  phone: z.string().max(40).optional(),
  allergies: z.array(z.string().min(1).max(100)).max(50).default([]),
});

const PatientChange = z.strictObject({
  name: z.string().min(1).max(200).optional(),
  phone: z.string().max(40).nullable().optional(),
  allergies: z.array(z.string().min(1).max(100)).max(50).optional(),
});

export function patientRoutes(db: Database): Router {
  const routes = Router();
  routes.get('/patients', async (_req, res) => {
    res.json(await db.patient.findMany({ orderBy: { name: 'asc' }, take: 200 }));
  });
  routes.post('/patients', async (req, res) => {
    res.status(201).json(await db.patient.create({ data: given(NewPatient.parse(req.body)) }));
  });
  routes.patch('/patients/:id', async (req, res) => {
    res.json(await db.patient.update({ where: { id: req.params.id }, data: given(PatientChange.parse(req.body)) }));
  });
  return routes;
}

type Given<T> = { [key in keyof T]: Exclude<T[key], undefined> };

/** Without the fields that were left out. */
function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}
