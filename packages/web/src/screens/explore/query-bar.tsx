// The query bar: an ARIA combobox over what core and the server know could stand at the cursor. Enter asks; what cannot be read
// says where and why.

import { type Completion, complete, parse } from '@indelible/core/query';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type RefObject, useDeferredValue, useLayoutEffect, useRef, useState } from 'react';
import { answerOf, useApi } from '../../api/client.ts';
import { t } from '../../text/en.ts';
import { formatCount } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';

const LIST = 'query-suggestions';
const SHOWN_MAX = 12;

interface QueryBarProps {
  /** What is asked at present. */
  readonly q: string;
  readonly zone: string;
  readonly input: RefObject<HTMLInputElement | null>;
  readonly onAsk: (q: string) => void;
  /** Out of the bar, by Escape. */
  readonly onLeave: () => void;
}

export function QueryBar(props: QueryBarProps) {
  const { input, onAsk } = props;
  const { text, suggestions, at, setAt, setOpen, setPosition, change, accept, onKeyDown } = useTyping(props);
  return (
    <div className="relative min-w-0 flex-1 basis-64">
      <div className="flex h-8 items-center gap-1.5 rounded-md border border-line-strong bg-surface pl-2 focus-within:outline-2 focus-within:outline-accent">
        <Icon name="explore" size={14} className="text-muted" />
        <input
          ref={input}
          role="combobox"
          aria-label={t.explore.query}
          aria-autocomplete="list"
          aria-expanded={suggestions.length > 0}
          aria-controls={LIST}
          aria-activedescendant={at >= 0 && at < suggestions.length ? `${LIST}-${String(at)}` : undefined}
          aria-invalid={canRead(text) ? undefined : true}
          aria-describedby="query-said"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          placeholder={t.explore.queryPlaceholder}
          value={text}
          onChange={(event) => {
            change(event.target.value, event.target.selectionStart ?? event.target.value.length);
            setOpen(true);
          }}
          onSelect={(event) => setPosition(event.currentTarget.selectionStart ?? 0)}
          onClick={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
          className="mono h-full min-w-0 flex-1 bg-transparent text-sm outline-none placeholder:text-faint"
        />
        {text === '' ? null : (
          <Button
            look="quiet"
            square
            aria-label={t.explore.clear}
            onClick={() => {
              change('', 0);
              onAsk('');
              input.current?.focus();
            }}
          >
            <Icon name="cross" size={12} />
          </Button>
        )}
      </div>
      <Suggestions shown={suggestions} at={at} onHover={setAt} onAccept={accept} />
    </div>
  );
}

/** What is being typed, what could stand at the cursor, and the keys of a combobox. */
function useTyping({ q, zone, input, onAsk, onLeave }: QueryBarProps) {
  const [text, setText] = useState(q);
  const [asked, setAsked] = useState(q);
  // Another question from elsewhere, such as a facet or the way back, takes the place of what stands here.
  if (asked !== q) {
    setAsked(q);
    setText(q);
  }
  const [position, setPosition] = useState(q.length);
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const completion = useCompletion(text, position, zone, isOpen);
  const suggestions = isOpen ? completion.suggestions.slice(0, SHOWN_MAX) : [];
  const caret = useRef<number | undefined>(undefined);
  // At once: the next letter may already be on its way.
  useLayoutEffect(() => {
    if (caret.current !== undefined) input.current?.setSelectionRange(caret.current, caret.current);
    caret.current = undefined;
  });
  const change = (next: string, place: number): void => {
    setText(next);
    setPosition(place);
    setAt(-1);
  };
  const accept = (suggestion: string): void => {
    const isWhole = completion.kind === 'value' && !/^[<>]=?$/.test(suggestion) && !suggestion.endsWith('.');
    const rest = text.slice(completion.to);
    const added = isWhole && rest.trimStart() === '' ? `${suggestion} ` : suggestion;
    const place = completion.from + added.length;
    change(text.slice(0, completion.from) + added + rest, place);
    caret.current = place;
  };
  const ask = (): void => {
    setOpen(false);
    onAsk(text.trim());
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = suggestions[at];
    if (event.nativeEvent.isComposing) return;
    if (step !== undefined) {
      if (!isOpen) setOpen(true);
      else if (suggestions.length > 0) setAt((at + step + suggestions.length + (at < 0 && step < 0 ? 1 : 0)) % suggestions.length);
    } else if (event.key === 'Enter') {
      if (chosen === undefined) ask();
      else accept(chosen.text);
    } else if (event.key === 'Tab' && chosen !== undefined) accept(chosen.text);
    else if (event.key === 'Escape') {
      if (isOpen && suggestions.length > 0) setOpen(false);
      else onLeave();
    } else return;
    event.preventDefault();
  };
  return { text, suggestions, at, setAt, setOpen, setPosition, change, accept, onKeyDown };
}

interface SuggestionsProps {
  readonly shown: Completion['suggestions'];
  readonly at: number;
  readonly onHover: (at: number) => void;
  readonly onAccept: (text: string) => void;
}

function Suggestions({ shown, at, onHover, onAccept }: SuggestionsProps) {
  return (
    <div
      id={LIST}
      role="listbox"
      aria-label={t.explore.suggestions}
      hidden={shown.length === 0}
      className="absolute inset-x-0 top-full z-30 mt-1 max-h-80 overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-pop"
    >
      {shown.map(({ text, help, count }, place) => (
        <div
          key={text}
          id={`${LIST}-${String(place)}`}
          role="option"
          tabIndex={-1}
          aria-selected={place === at}
          onPointerMove={() => onHover(place)}
          onPointerDown={(event) => {
            event.preventDefault();
            onAccept(text);
          }}
          className="flex min-h-7 items-center gap-3 rounded px-2 aria-selected:bg-raised"
        >
          <span className="mono shrink-0">{text}</span>
          <span className="min-w-0 flex-1 truncate text-xs text-muted">{help}</span>
          {count === undefined ? null : <span className="tabular text-xs text-muted">{formatCount(count)}</span>}
        </div>
      ))}
    </div>
  );
}

/** What core knows at once, and the values that only the trail knows when they come. */
function useCompletion(text: string, position: number, zone: string, isOn: boolean): Completion {
  const { api, tenant } = useApi();
  const asked = useDeferredValue(`${String(position)} ${text}`);
  const local = complete(text, position);
  const { data } = useQuery({
    queryKey: [tenant, 'complete', asked, zone],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/complete', { params: { query: { q: text, position, zone } }, signal })),
    enabled: isOn && local.kind === 'value',
    staleTime: 60_000,
  });
  return data !== undefined && data.from === local.from && data.typed === local.typed && data.field === local.field
    ? (data as Completion)
    : local;
}

function canRead(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}
