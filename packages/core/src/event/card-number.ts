// Payment card numbers: length and prefix of a known network (ISO/IEC 7812), and the Luhn check digit.

/** Prefix and number of digits. */
const NETWORKS: readonly RegExp[] = [
  /^4(?:\d{12}|\d{15}|\d{18})$/, // Visa
  /^(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}$/, // Mastercard
  /^3[47]\d{13}$/, // American Express
  /^(?:6011|64[4-9]\d|65\d\d)\d{12,15}$/, // Discover
  /^3(?:0[0-5]|[689]\d)\d{11,16}$/, // Diners Club
  /^35(?:2[89]|[3-8]\d)\d{12,15}$/, // JCB
  /^62\d{14,17}$/, // UnionPay
  /^(?:50|5[6-9]|6\d)\d{10,17}$/, // Maestro
];

/**
 * True for a text or number that is a card number, also in groups with spaces or hyphens.
 *
 * @example isCardNumber('4111 1111 1111 1111') // true
 */
export function isCardNumber(value: string | number | boolean | undefined): boolean {
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  const text = String(value);
  if (text.length < 12 || text.length > 40) return false;
  const digits = text.replace(/[\s-]/g, '');
  return NETWORKS.some((network) => network.test(digits)) && passesLuhn(digits);
}

/** ISO/IEC 7812-1, annex B: from the right every second digit counts double, and the sum is a multiple of ten. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
