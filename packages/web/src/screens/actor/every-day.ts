// Days with none between days with some. Pure.

export interface Day {
  /** YYYY-MM-DD */
  readonly day: string;
  readonly count: number;
}

const DAY_MS = 86_400_000;

/** @param days in order, those without events left out */
export function everyDay(days: readonly Day[]): Day[] {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const counts = new Map(days.map(({ day, count }) => [day, count]));
  const [from, to] = [Date.parse(first.day), Date.parse(last.day)];
  return Array.from({ length: Math.round((to - from) / DAY_MS) + 1 }, (_, place) => {
    const day = new Date(from + place * DAY_MS).toISOString().slice(0, 10);
    return { day, count: counts.get(day) ?? 0 };
  });
}
