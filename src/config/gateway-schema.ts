import { z } from 'zod';
import { hasCredentials } from './addresses.js';
import { APP_ID, positive, tableSize } from './schema-parts.js';

/** The endpoints of the older server, and the payments hub; each is on where it has a secret. */

/** Algorithms of tokens that are signed with a shared secret, and with a private key. */
const HMAC_ALGORITHMS = ['HS256', 'HS384', 'HS512'] as const;
const KEY_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

const servedApp = (what: string) =>
  APP_ID.nullable()
    .default(null)
    .meta({ description: `The app that ${what}; needed only where several apps are served` });

export const GatewaySchema = z.strictObject({
  secret: z.string().min(1).nullable().default(null).meta({
    description:
      'What the back end sends in x-ws-secret; turns on /notify and its kin. The port is then also read from PORT and WEBSOCKET_PORT, where nothing else sets it',
  }),
  appId: servedApp('their events go to'),
  secretInQuery: z
    .boolean()
    .default(false)
    .meta({ description: 'Take the secret from ?ws_secret= as well; proxies write it into their logs' }),
  publicUsers: z
    .boolean()
    .default(false)
    .meta({ description: 'Answer GET /active-users without the secret' }),
  aliases: z
    .boolean()
    .default(false)
    .meta({ description: 'Also send each event under its older name (credit_approved)' }),
  duplicateSeconds: z.int().min(0).max(3600).default(15).meta({
    description:
      'A request with the same body within this time is answered alike and publishes nothing, unless nobody was there to hear the first',
  }),
  maxDuplicates: tableSize().default(10_000).meta({ description: 'Bodies remembered for that' }),
});

export const HubSchema = z
  .strictObject({
    jwtSecret: z.string().min(32).nullable().default(null).meta({
      description: 'Secret of HS256 tokens, 32 characters or more; turns on /notifications/ws',
    }),
    jwksUrl: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .default(null)
      .meta({ description: "Where the public keys of tokens are (JWKS), in a secret's place" }),
    algorithms: z
      .array(z.enum([...HMAC_ALGORITHMS, ...KEY_ALGORITHMS]))
      .min(1)
      .nullable()
      .default(null)
      .meta({
        description: 'Algorithms that are taken; HS256 with a secret, RS256, ES256 and EdDSA with keys',
      }),
    userClaims: z
      .array(z.string().min(1))
      .min(1)
      .default(['sub', 'userId', 'id'])
      .meta({ description: "The claim that holds the user's id; the first that a token has counts" }),
    issuer: z.string().min(1).nullable().default(null).meta({ description: 'Demanded in `iss`' }),
    audience: z.string().min(1).nullable().default(null).meta({ description: 'Demanded in `aud`' }),
    jwksCooldownSeconds: z.int().min(0).max(3600).default(30).meta({
      description: 'The keys are fetched again for a key that is not known, at most this often',
    }),
    leewaySeconds: z.int().min(0).max(300).default(0).meta({
      description:
        'A token is good for so long after its end, and before its beginning, where the clocks of who issues tokens and of this machine differ',
    }),
    appId: servedApp('its users belong to'),
    notifySecret: z.string().min(1).nullable().default(null).meta({
      description:
        "What the back end sends in x-ws-secret to notify a user; the gateway's unless given. A signature of the app is taken as well",
    }),
    rememberSeconds: z.int().min(0).default(300).meta({
      description:
        'The last confirmation is sent to who connects within this time, as far as the event cache keeps it',
    }),
    maxSockets: positive().default(10_000).meta({ description: 'Sockets at a time; further ones get 503' }),
    maxSocketsPerUser: positive()
      .default(20)
      .meta({ description: 'Sockets of one user at a time; further ones get 429' }),
  })
  .check(({ value, issues }) => {
    const { jwtSecret, jwksUrl, algorithms } = value;
    if (jwtSecret !== null && jwksUrl !== null) {
      issues.push({
        code: 'custom',
        input: jwksUrl,
        path: ['jwksUrl'],
        message: "cannot go with 'jwtSecret'",
      });
    }
    if (jwksUrl !== null && hasCredentials(jwksUrl)) {
      issues.push({
        code: 'custom',
        input: jwksUrl,
        path: ['jwksUrl'],
        message: 'cannot hold a user or a password',
      });
    }
    // A public key taken for a secret would let anybody sign.
    const fitting: readonly string[] = jwksUrl === null ? HMAC_ALGORITHMS : KEY_ALGORITHMS;
    const unfit = algorithms?.filter((algorithm) => !fitting.includes(algorithm)) ?? [];
    if (unfit.length > 0) {
      const by = jwksUrl === null ? 'a secret' : 'keys';
      issues.push({
        code: 'custom',
        input: algorithms,
        path: ['algorithms'],
        message: `with ${by} must be of ${fitting.join(', ')}`,
      });
    }
  });

/** Whether users may connect to the hub. */
export function isHubOn({ jwtSecret, jwksUrl }: Pick<z.output<typeof HubSchema>, 'jwtSecret' | 'jwksUrl'>) {
  return jwtSecret !== null || jwksUrl !== null;
}
