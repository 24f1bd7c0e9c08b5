/** An event as a sender writes it; the same `index` gives the same event, but for id and time. */
export declare function sampleEvent(index: number, id?: string, occurredAt?: string): object;
/** Version 7 ids, each once: the time, a random number of the process, a count. */
export declare function makeSampleIds(): (nowMs: number) => string;
/** Bodies of one size that take turns on one connection. A body may be changed again once its request was answered. */
export declare class Bodies {
    #private;
    /** @param events how many a request holds; one is sent as an object, more as an array */
    constructor(events: number, bodies: number, newId: (nowMs: number) => string);
    /** The next body, its events with new ids and the present time. */
    next(): Buffer;
}
//# sourceMappingURL=sample.d.ts.map