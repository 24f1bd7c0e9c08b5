// The one way by which the server asks others. What it asks for may have been written by a stranger (SSRF), so it reaches
// public addresses alone, by https, and those networks that the operator lists.
//
//   URL -> https, no name in it --> every address of the host is public, or listed --> connected to those very addresses
//       -> an answer in time, of a bounded size, that is no redirect

import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestTls } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { OUTGOING_BYTES_MAX, OUTGOING_MS_MAX } from './limits.ts';

export interface OutgoingRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface OutgoingAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** @throws OutgoingError for what it may not reach, does not reach, or has no answer of in time */
export type Outgoing = (url: string, request?: OutgoingRequest) => Promise<OutgoingAnswer>;

/** A request that was not made, or brought no answer that could be taken. The message holds nothing of the answer. */
export class OutgoingError extends Error {
  constructor(message: string, cause?: Error) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'OutgoingError';
  }
}

export interface OutgoingOptions {
  /** Networks in CIDR notation that may be reached although they are not public, and by plain http too. */
  readonly networks: readonly string[];
  readonly msMax?: number;
  readonly bytesMax?: number;
  /** How a name becomes addresses. */
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>;
}

/**
 * Nobody's own networks, and those with a meaning of their own: the registries of RFC 6890 at IANA. The last one is where Azure
 * keeps the services of a machine.
 */
const SPECIAL_IPV4 = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24',
  '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24',
  '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4', '168.63.129.16/32',
]; // prettier-ignore
/** Of IPv6 all that is public lies in one network; in it these carry IPv4 addresses or belong to nobody. */
const PUBLIC_IPV6 = ['2000::/3'];
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

const special = listOf([...SPECIAL_IPV4, ...SPECIAL_IPV6]);
const publicIpv6 = listOf(PUBLIC_IPV6);

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = familyOf(address);
    list.addSubnet(address, bits === undefined ? (family === 'ipv4' ? 32 : 128) : Number(bits), family);
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

function isPublic(address: string): boolean {
  const family = familyOf(address);
  return !special.check(address, family) && (family === 'ipv4' || publicIpv6.check(address, family));
}

/** @example const outgoing = makeOutgoing({ networks: ['10.1.0.0/16'] }); */
export function makeOutgoing(options: OutgoingOptions): Outgoing {
  const { networks, msMax = OUTGOING_MS_MAX, bytesMax = OUTGOING_BYTES_MAX, resolve = resolveHost } = options;
  const listed = listOf(networks);
  const isListed = (address: string): boolean => listed.check(address, familyOf(address));
  return async (text, wanted = {}) => {
    const url = demandUrl(text);
    const signal = AbortSignal.timeout(msMax);
    try {
      const addresses = await within(signal, addressesOf(url, resolve));
      demandReachable(url, addresses, isListed);
      return await exchange(url, wanted, { addresses, signal, bytesMax });
    } catch (error) {
      if (error instanceof OutgoingError) throw error;
      if (signal.aborted) throw new OutgoingError(`${url.host} did not answer within ${msMax / 1_000} s`, error as Error);
      throw new OutgoingError(`${url.host} could not be asked: ${(error as NodeJS.ErrnoException).code ?? 'it broke off'}`, error as Error);
    }
  };
}

function demandUrl(text: string): URL {
  if (!URL.canParse(text)) throw new OutgoingError('what is to be asked is no URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new OutgoingError(`${url.protocol}// is neither https nor http`);
  if (url.username !== '' || url.password !== '') throw new OutgoingError('a name or a password in a URL is not sent');
  return url;
}

function resolveHost(host: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookUp(host, { all: true, verbatim: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)));
  });
}

/** An address in the URL itself is looked up nowhere: a connection would be made to it without anybody being asked. */
async function addressesOf({ hostname }: URL, resolve: NonNullable<OutgoingOptions['resolve']>): Promise<readonly LookupAddress[]> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(host);
  return family === 0 ? resolve(host) : [{ address: host, family }];
}

function demandReachable(url: URL, addresses: readonly LookupAddress[], isListed: (address: string) => boolean): void {
  if (addresses.length === 0) throw new OutgoingError(`${url.host} has no address`);
  for (const { address } of addresses) {
    if (isListed(address)) continue;
    if (!isPublic(address))
      throw new OutgoingError(
        `${url.host} is at no public address: list its network in INDELIBLE_OUTGOING_NETWORKS`,
        // Where it is is for the operator's log.
        new Error(`it is at ${address}`),
      );
    if (url.protocol === 'http:')
      throw new OutgoingError(`${url.host} is asked by https alone: plain http goes to networks in INDELIBLE_OUTGOING_NETWORKS`);
  }
}

async function within<Answer>(signal: AbortSignal, work: Promise<Answer>): Promise<Answer> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    }),
  ]);
}

interface Way {
  /** All of them were checked. */
  readonly addresses: readonly LookupAddress[];
  readonly signal: AbortSignal;
  readonly bytesMax: number;
}

function exchange(url: URL, { method = 'GET', headers = {}, body }: OutgoingRequest, way: Way): Promise<OutgoingAnswer> {
  const options: RequestOptions = {
    method,
    headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'Indelible', ...headers },
    signal: way.signal,
    // A connection of its own, made to the addresses that were checked: a name that leads elsewhere by now leads nowhere.
    agent: false,
    lookup: answering(way.addresses),
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestTls : requestPlain)(url, options, (response) => {
      read(url, response, way.bytesMax).then(resolve, (error: unknown) => {
        request.destroy();
        reject(error);
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

function answering(addresses: readonly LookupAddress[]): LookupFunction {
  return (_, { all }, callback) => {
    const [first] = addresses;
    if (all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}

async function read(url: URL, response: IncomingMessage, bytesMax: number): Promise<OutgoingAnswer> {
  const { statusCode: status = 0 } = response;
  // Where it leads was not checked, and whoever answers would choose it.
  if (status >= 300 && status < 400) throw new OutgoingError(`${url.host} answers with a redirect (${status}), which is not followed`);
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > bytesMax) throw new OutgoingError(`${url.host} answers with more than ${bytesMax} bytes`);
    parts.push(part);
  }
  return { status, contentType: response.headers['content-type'] ?? '', text: Buffer.concat(parts).toString('utf8') };
}
