-- The tables of the practice. Run by `npm run setup`; it changes nothing that is already there.

DO $$ BEGIN
  CREATE TYPE staff_role AS ENUM ('doctor', 'reception', 'manager');
  CREATE TYPE appointment_status AS ENUM ('booked', 'arrived', 'done', 'cancelled');
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

CREATE TABLE IF NOT EXISTS staff (
  id text PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL UNIQUE,
  role staff_role NOT NULL,
  password_hash text NOT NULL
);

CREATE TABLE IF NOT EXISTS sessions (
  id text PRIMARY KEY,
  token_hash text NOT NULL UNIQUE,
  staff_id text NOT NULL REFERENCES staff ON DELETE CASCADE,
  expires_at timestamptz(3) NOT NULL
);

CREATE TABLE IF NOT EXISTS patients (
  id text PRIMARY KEY,
  name text NOT NULL,
  birth_date date NOT NULL,
  phone text,
  allergies text[] NOT NULL DEFAULT '{}',
  updated_at timestamptz(3) NOT NULL
);

CREATE TABLE IF NOT EXISTS appointments (
  id text PRIMARY KEY,
  patient_id text NOT NULL REFERENCES patients,
  doctor_id text NOT NULL REFERENCES staff,
  starts_at timestamptz(3) NOT NULL,
  minutes integer NOT NULL CHECK (minutes BETWEEN 5 AND 240),
  status appointment_status NOT NULL DEFAULT 'booked',
  note text,
  updated_at timestamptz(3) NOT NULL
);
CREATE INDEX IF NOT EXISTS appointments_doctor_id_starts_at_idx ON appointments (doctor_id, starts_at);

CREATE TABLE IF NOT EXISTS reminders (
  id text PRIMARY KEY,
  appointment_id text NOT NULL REFERENCES appointments ON DELETE CASCADE,
  send_at timestamptz(3) NOT NULL,
  text text NOT NULL
);
