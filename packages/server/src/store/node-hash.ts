// SHA-256 by Node's own crypto, for core's functions: several times as fast as the portable one.

import { hash } from 'node:crypto';
import type { Hash } from '@indelible/core';

export const nodeHash: Hash = {
  bytes: (data) => hash('sha256', data, 'buffer'),
  text: (data) => hash('sha256', data, 'buffer'),
  textBase64url: (data) => hash('sha256', data, 'base64url'),
};
