import { describe, expect, it } from 'vitest';
import { printConfig } from '../../../src/config/print-config.js';
import { load, problemsOf } from '../../support/load.js';

const APP = { PREGON_APP_ID: 'an-app', PREGON_APP_KEY: 'a-key', PREGON_APP_SECRET: 'a-secret' };
const ON = { ...APP, WS_SECRET: 'ws-secret' };
const JWT_SECRET = 'a-secret-of-tokens-with-32-characters';
const TWO_APPS = {
  apps: [
    { id: 'one', key: 'key-1', secret: 'secret-1' },
    { id: 'two', key: 'key-2', secret: 'secret-2' },
  ],
};

describe('the port with the gateway on', () => {
  it.each<[string, Record<string, string>, number, string | undefined]>([
    ['PORT', { ...ON, PORT: '3001' }, 3001, 'environment: PORT'],
    ['WEBSOCKET_PORT', { ...ON, WEBSOCKET_PORT: '3001' }, 3001, 'environment: WEBSOCKET_PORT'],
    ['PORT before WEBSOCKET_PORT', { ...ON, PORT: '1', WEBSOCKET_PORT: '2' }, 1, 'environment: PORT'],
    [
      'any other variable first',
      { ...ON, PORT: '1', REVERB_SERVER_PORT: '2' },
      2,
      'environment: REVERB_SERVER_PORT',
    ],
    ['the default without them', ON, 8080, undefined],
    ['neither while it is off', { ...APP, PORT: '1', WEBSOCKET_PORT: '2' }, 8080, undefined],
  ])('is that of %s', (_title, environment, port, origin) => {
    const { config, origins } = load({ environment });
    expect(config.server.port).toBe(port);
    expect(origins.get('server.port')).toBe(origin);
  });

  it('is read from the .env too, and the config file wins over it', () => {
    const envFile = { WS_SECRET: 'ws-secret', WEBSOCKET_PORT: '3001' };
    expect(load({ environment: APP, envFile }).config.server.port).toBe(3001);
    const file = { server: { port: 9000 } };
    expect(load({ environment: APP, envFile, file }).config.server.port).toBe(9000);
  });
});

describe('what is wrong with gateway and hub', () => {
  it.each<[string, Record<string, string>, string, string]>([
    [
      'an app that is not there',
      { ...ON, PREGON_GATEWAY_APP: 'other' },
      'PREGON_GATEWAY_APP',
      'is the id of no app',
    ],
    ['a short secret of tokens', { ...APP, PREGON_HUB_JWT_SECRET: 'short' }, 'PREGON_HUB_JWT_SECRET', '32'],
    [
      'secret and keys',
      { ...APP, PREGON_HUB_JWT_SECRET: JWT_SECRET, PREGON_HUB_JWKS_URL: 'https://id.test/' },
      'PREGON_HUB_JWKS_URL',
      "cannot go with 'jwtSecret'",
    ],
    [
      'an algorithm of keys with a secret',
      { ...APP, PREGON_HUB_JWT_SECRET: JWT_SECRET, PREGON_HUB_ALGORITHMS: 'HS256,RS256' },
      'PREGON_HUB_ALGORITHMS',
      'must be of HS256, HS384, HS512',
    ],
    [
      'an algorithm of secrets with keys',
      { ...APP, PREGON_HUB_JWKS_URL: 'https://id.test/', PREGON_HUB_ALGORITHMS: 'HS256' },
      'PREGON_HUB_ALGORITHMS',
      'must be of RS256',
    ],
    ['no algorithm', { ...APP, PREGON_HUB_ALGORITHMS: 'none' }, 'PREGON_HUB_ALGORITHMS', 'HS256'],
    [
      'keys that are no URL',
      { ...APP, PREGON_HUB_JWKS_URL: 'file:///etc/keys' },
      'PREGON_HUB_JWKS_URL',
      'URL',
    ],
  ])('names %s', (_title, environment, key, problem) => {
    const [first] = problemsOf({ environment });
    expect(first).toMatchObject({ key, origin: 'environment' });
    expect(first!.problem).toContain(problem);
  });

  it.each([
    ['gateway', { secret: 'x' }],
    ['hub', { jwtSecret: JWT_SECRET }],
  ])('is a %s that does not say which of several apps', (section, settings) => {
    const file = { ...TWO_APPS, [section]: settings };
    expect(problemsOf({ file })).toMatchObject([{ key: `${section}.appId` }]);
    expect(problemsOf({ file: { ...TWO_APPS, [section]: { ...settings, appId: 'two' } } })).toEqual([]);
  });

  it('is told without secrets', () => {
    const environment = {
      ...ON,
      PREGON_HUB_JWT_SECRET: JWT_SECRET,
      PREGON_HUB_NOTIFY_SECRET: 'notify-secret',
    };
    const printed = printConfig(load({ environment }));
    for (const secret of ['ws-secret', JWT_SECRET, 'notify-secret']) expect(printed).not.toContain(secret);
    expect(printed).toContain('gateway.secretInQuery = false');
    const [problem] = problemsOf({ environment: { ...APP, PREGON_HUB_JWT_SECRET: 'short-secret' } });
    expect(JSON.stringify(problem)).not.toContain('short-secret');
  });
});
