// Plays the last two days at the platform, as fast as it answers: from the beginning, or from where they were broken off.

import { z } from 'zod';
import type { Progress } from '../import.ts';
import { lastStep, type Stage, untilFound } from './stage.ts';
import { stepsOf } from './steps.ts';

const SignedIn = z.object({ session: z.object({ id: z.string() }) });

/**
 * @param signal ends it between two steps
 * @returns false when it was ended before its end
 */
export async function playDays(stage: Stage, seed: number, progress: Progress, signal: AbortSignal): Promise<boolean> {
  stage.begin(0);
  await catchUp(stage);
  const steps = stepsOf(seed);
  // The last step that is known may have been broken off half way: every step can be played again.
  const from = Math.max(1, await lastStep(stage));
  if (from > steps.length) {
    progress(steps.length, steps.length, true);
    return true;
  }
  for (const { number, play } of steps) {
    if (number < from) continue;
    if (signal.aborted) return false;
    stage.begin(number);
    await play(stage);
    progress(number, steps.length);
  }
  // The curtain: one more sign-in, by which the next start knows that all was played.
  stage.begin(steps.length + 1);
  await catchUp(stage);
  return true;
}

/** What is committed later comes later into the trail: when it has this sign-in, it has everything before it. */
async function catchUp(stage: Stage): Promise<void> {
  const answer = await stage.person('usr_maria').signIn();
  const { session } = SignedIn.parse(answer.body);
  await untilFound(stage, `resource:session/${session.id}`, 1);
}
