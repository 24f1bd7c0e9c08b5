// The page of one event: what a permanent link leads to.

import { useParams } from '@tanstack/react-router';
import { EventDetail } from './detail.tsx';

export function EventScreen() {
  const { id = '' } = useParams({ strict: false });
  return <EventDetail key={id} id={id} layout="page" />;
}
