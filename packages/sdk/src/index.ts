// @indelible/sdk: what an application installs.

export * from './attribution/index.ts';
export { bindQuery, currentContext, runWithContext, setActor } from './context/context.ts';
export type { Actor, ActorType, Context, LazyActor, Location } from './context/types.ts';
