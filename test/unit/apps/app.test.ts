import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AppKey } from '../../../src/apps/app-key.js';
import { createApp } from '../../../src/apps/app.js';
import { ConfigAppProvider } from '../../../src/apps/config-app-provider.js';
import { AppSchema } from '../../../src/config/app-schema.js';

const rotated = AppSchema.parse({
  id: 'rotated',
  keys: [
    { key: 'disabled', secret: 'd', enabled: false },
    { key: 'older', secret: 'o' },
    { key: 'newer', secret: 'n' },
  ],
});
const simple = AppSchema.parse({ id: 'simple', key: 'k', secret: 's', maxUserIdLength: 5, enabled: false });

describe('createApp', () => {
  it('has the active keys, the oldest first (AUTH-2)', () => {
    expect([...createApp(rotated).keys.keys()]).toStrictEqual(['older', 'newer']);
    expect([...createApp(simple).keys.keys()]).toStrictEqual(['k']);
  });

  it('bounds the data of members as the settings say', () => {
    expect(createApp(simple).memberLimits).toStrictEqual({
      userIdLength: 5,
      infoBytes: simple.maxPresenceInfoBytes,
      watchListLength: simple.maxWatchlistLength,
    });
  });
});

describe('ConfigAppProvider', () => {
  const provider = new ConfigAppProvider([rotated, simple]);

  it.each([
    ['older', 'rotated'],
    ['newer', 'rotated'],
    ['disabled', undefined],
    ['k', 'simple'],
    ['unknown', undefined],
    ['toString', undefined],
  ])('finds by the key %s the app %s (CONN-2)', (key, id) => {
    expect(provider.findByKey(key)?.id).toBe(id);
  });

  it.each([
    ['rotated', 'rotated'],
    ['simple', 'simple'],
    ['k', undefined],
    ['__proto__', undefined],
  ])('finds by the id %s the app %s', (id, found) => {
    expect(provider.findById(id)?.id).toBe(found);
  });

  it('has all apps, disabled ones too', () => {
    expect([...provider.all()].map(({ id }) => id)).toStrictEqual(['rotated', 'simple']);
  });
});

describe('AppKey', () => {
  it.each([
    ['ASCII', 'secret', '1234.5678:private-foobar'],
    ['beyond ASCII', 'geheimnis-ü-秘', 'zoë:€😀'],
    ['a secret longer than a block', 's'.repeat(200), 'text'],
    ['an empty text', 'secret', ''],
  ])('signs as HMAC-SHA256 in lower-case hex: %s (AUTH-1)', (_case, secret, text) => {
    const expected = createHmac('sha256', secret).update(text, 'utf8').digest('hex');
    expect(new AppKey('k', secret).sign(text)).toBe(expected);
  });

  it('does not show its secret where a log might print it', () => {
    const key = new AppKey('k', 'hunter2');
    expect(inspect(key, { depth: 10, showHidden: true })).not.toContain('hunter2');
    expect(JSON.stringify(key)).not.toContain('hunter2');
  });
});
