/** Generates names and values for requests: valid ones, nearly valid ones, and values that are difficult to parse. */
import * as fc from 'fast-check'
import { plainNames, secretNames } from './routes.ts'

/** Part of every generated secret, to detect secrets in answers and logs. */
export const canary = 'cAnAry'

/** Values that are valid, or were until recently. With them, requests get past authentication. */
export interface LiveValues {
  readonly deviceCode: string
  readonly userCode: string
  readonly accessToken: string
  readonly refreshToken: string
  /** The cookie of a browser, and the token of its form. */
  readonly cookie: string
  readonly formToken: string
}

/** Lengths around the limits of various values. */
export const caps = [64, 200, 255, 256, 400, 1_000, 1_001, 4_096, 8_192, 16_384, 65_535, 65_536, 65_537, 70_000]
const oddTexts = [
  ...[
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    '\udfff\ud800',
    '\ufeff',
    '\u202e',
    'ﬀ',
    '١٢٣',
    '%',
    '%zz',
    '%00',
    '%c0%af',
    '+',
  ],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', 'undefined', 'NaN', '[]', '{}', '-1', '1e999'],
  ...[
    "' or 1=1--",
    '<script>',
    '../../etc/passwd',
    'a\r\nSet-Cookie: x=1',
    'http://[',
    'javascript:0',
    '$1',
    '\\u0000',
  ],
  ...[
    'osa-cli',
    'osa-py',
    'profile',
    'profile profile',
    'approve',
    'refresh_token',
    'BCDF-GHJK',
    'orcid',
    'development',
  ],
  'urn:ietf:params:oauth:grant-type:device_code',
  '00000000-0000-4000-8000-000000000000',
]

export const text = (): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...oddTexts) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
    { weight: 1, arbitrary: fc.constantFrom(...caps).map((length) => 'x'.repeat(length)) },
  )

/** Generates a live secret, an invented one, or a forged token. */
export const secret = (live: LiveValues): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(live.deviceCode, live.refreshToken, live.accessToken, live.userCode),
    text().map((odd) => `${canary}${odd}`),
    fc.constantFrom(...live.accessToken.split('.')).map((part) => `${part}.${canary}.${part}`),
  )

const oddNames = ['__proto__', 'constructor', 'client_id[]', 'client_id[a]', 'client_id.a', 'device_code[0]', '', '\0']
const field = (live: LiveValues): fc.Arbitrary<[string, string]> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...secretNames), secret(live)) },
    { weight: 5, arbitrary: fc.tuple(fc.constantFrom(...plainNames), fc.oneof(text(), fc.constant(live.userCode))) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...oddNames), text()) },
    { weight: 3, arbitrary: fc.constant<[string, string]>(['client_id', 'osa-cli']) },
  )

const deviceCodeGrantType = 'urn:ietf:params:oauth:grant-type:device_code'
/** Requests of real clients. An additional or replaced field makes them nearly valid. */
const wholeRequests = (live: LiveValues): [string, string][][] => [
  [['client_id', 'osa-cli']],
  [
    ['client_id', 'osa-cli'],
    ['grant_type', deviceCodeGrantType],
    ['device_code', live.deviceCode],
  ],
  [
    ['client_id', 'osa-cli'],
    ['grant_type', 'refresh_token'],
    ['refresh_token', live.refreshToken],
  ],
  [
    ['client_id', 'osa-cli'],
    ['token', `${canary}.not-a-token`],
  ],
  [
    ['form_token', live.formToken],
    ['user_code', live.userCode],
  ],
]
/** Generates the fields of one request. */
export const fields = (live: LiveValues): fc.Arbitrary<[string, string][]> =>
  fc.oneof(
    fc.array(field(live), { maxLength: 6 }),
    fc
      .tuple(fc.constantFrom(...wholeRequests(live)), fc.array(field(live), { maxLength: 1 }))
      .map(([whole, more]) => [...whole, ...more]),
    fc
      .tuple(fc.constantFrom(...wholeRequests(live)), fc.nat(2), text())
      .map(([whole, place, odd]) =>
        whole.map(([name, value], at): [string, string] => (at === place ? [name, odd] : [name, value])),
      ),
  )
