// Events of about a kilobyte as a platform sends them, and bodies of them whose ids and times are written in place, so
// that making a request costs the sender next to nothing.
import { randomInt } from 'node:crypto';
const USERS = 2_000;
const BOTS = 10_000;
const ORGANIZATIONS = 200;
const ACTIONS = ['bot.updated', 'bot.created', 'dataset.updated', 'record.updated', 'integration.updated', 'bot.deleted', 'file.updated'];
const INSTRUCTIONS = 'Answer in the language of the question, name the source, and hand over to a person when the question is about money or health.';
const MODELS = ['large-2', 'small-1', 'medium-4'];
const ID = '00000000-0000-7000-8000-000000000000';
const TIME = '2000-01-01T00:00:00.000Z';
/** An event as a sender writes it; the same `index` gives the same event, but for id and time. */
export function sampleEvent(index, id = ID, occurredAt = TIME) {
    const user = (index * 7_919) % USERS;
    const bot = (index * 104_729) % BOTS;
    const organization = user % ORGANIZATIONS;
    const before = {
        name: `Support assistant ${bot}`,
        model: MODELS[index % 3],
        temperature: 0.2,
        status: 'active',
        visibility: 'private',
        maxTokens: 1_024,
        // Events differ in length, as they do in life: rows of one length would fill pages by chance well or badly.
        instructions: INSTRUCTIONS.slice(0, 10 + ((index * 31) % 110)),
    };
    return {
        id,
        occurredAt,
        action: ACTIONS[index % ACTIONS.length],
        actor: { type: 'user', id: `usr_${user}`, name: `Ada Lovelace ${user}`, email: `ada.${user}@example.com` },
        resource: { type: 'bot', id: `bot_${bot}`, name: before.name },
        related: [{ relation: 'owner', type: 'organization', id: `org_${organization}` }],
        change: { before, after: { ...before, model: MODELS[(index + 1) % 3], temperature: 0.7, maxTokens: 1_024 + (index % 512) } },
        context: {
            ip: `203.0.113.${index % 256}`,
            userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36',
            sessionId: `ses_${user}_${index % 16}`,
            requestId: `req_${index.toString(36).padStart(12, '0')}`,
            route: 'PATCH /v1/bots/:id',
        },
        metadata: { plan: 'team', region: 'eu-central-1', release: '2026.11.3' },
    };
}
/** Version 7 ids, each once: the time, a random number of the process, a count. */
export function makeSampleIds() {
    const process = randomInt(0x1000).toString(16).padStart(3, '0');
    let count = randomInt(0x1000_0000);
    return (nowMs) => {
        const time = nowMs.toString(16).padStart(12, '0');
        const low = (++count).toString(16).padStart(12, '0');
        return `${time.slice(0, 8)}-${time.slice(8)}-7${process}-8000-${low}`;
    };
}
/** Bodies of one size that take turns on one connection. A body may be changed again once its request was answered. */
export class Bodies {
    #bodies;
    #newId;
    #next = 0;
    /** @param events how many a request holds; one is sent as an object, more as an array */
    constructor(events, bodies, newId) {
        this.#newId = newId;
        this.#bodies = Array.from({ length: bodies }, () => {
            const first = randomInt(1_000_000);
            const list = Array.from({ length: events }, (_, index) => sampleEvent(first + index));
            const bytes = Buffer.from(JSON.stringify(events === 1 ? list[0] : list));
            return { bytes, ids: placesOf(bytes, ID), times: placesOf(bytes, TIME) };
        });
    }
    /** The next body, its events with new ids and the present time. */
    next() {
        const { bytes, ids, times } = this.#bodies[this.#next++ % this.#bodies.length];
        const now = Date.now();
        const time = new Date(now).toISOString();
        for (const place of ids)
            bytes.write(this.#newId(now), place, 'latin1');
        for (const place of times)
            bytes.write(time, place, 'latin1');
        return bytes;
    }
}
function placesOf(bytes, text) {
    const places = [];
    for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + text.length))
        places.push(at);
    return places;
}
//# sourceMappingURL=sample.js.map