import { describe, expect, it } from 'vitest';
import { printConfig } from '../../../src/config/print-config.js';
import { leaves } from '../../../src/config/tree.js';
import { load, type TestSources } from '../../support/load.js';

const print = (sources: TestSources): string[] => printConfig(load(sources)).split('\n');

describe('printConfig', () => {
  it('shows each setting with its value and where it came from', () => {
    const lines = print({
      flags: { 'server.port': { flag: '--port', value: 6001 } },
      environment: {
        PREGON_APP_ID: 'a',
        PREGON_APP_KEY: 'k',
        PREGON_APP_SECRET_FILE: 'f',
        PREGON_APP_WATCHLIST: 'on',
      },
      file: {
        apps: [
          {
            id: 'b',
            key: 'l',
            secret: 's',
            webhooks: [
              { url: 'https://me:pw@a.test/', eventTypes: ['cache_miss'], headers: { A: 'x' } },
              { url: 'https://pw@a.test/?t=pw', eventTypes: ['cache_miss'] },
            ],
          },
        ],
        server: { trustedProxies: ['10.0.0.0/8'] },
      },
      envFile: { REVERB_SERVER_HOST: '10.0.0.1' },
      files: { f: 'secret' },
    });
    for (const line of [
      'server.port = 6001 (command line: --port)',
      'server.host = "10.0.0.1" (../app/.env: REVERB_SERVER_HOST)',
      'server.trustedProxies = ["10.0.0.0/8"] (pregon.json)',
      'server.pathPrefix = "" (default)',
      'tls.passphrase = null (default)',
      'apps.0.id = "b" (pregon.json)',
      'apps.0.secret = "***" (pregon.json)',
      'apps.0.webhooks.0.url = "https://me:***@a.test/" (pregon.json)',
      'apps.0.webhooks.0.headers.A = "***" (pregon.json)',
      'apps.0.webhooks.1.url = "https://***@a.test/?***" (pregon.json)',
      'apps.0.maxConnections = null (default)',
      'apps.1.id = "a" (environment: PREGON_APP_ID)',
      'apps.1.key = "k" (environment: PREGON_APP_KEY)',
      'apps.1.secret = "***" (environment: PREGON_APP_SECRET_FILE)',
      'apps.1.watchlist = true (environment: PREGON_APP_WATCHLIST)',
    ]) {
      expect(lines).toContain(line);
    }
  });

  it('says of what the development app has that no app is configured', () => {
    const lines = print({});
    expect(lines).toContain('server.host = "127.0.0.1" (development: no app configured)');
    expect(lines).toContain('apps.0.key = "app-key" (development: no app configured)');
  });

  it('names the variable of each part of what one variable holds, whatever the file has there', () => {
    const hook = { url: 'https://a.test/', eventTypes: ['cache_miss'] };
    const lines = print({
      environment: {
        PREGON_APP_ID: 'a',
        PREGON_APP_KEY: 'k',
        PREGON_APP_SECRET: 's',
        PREGON_APP_WEBHOOKS: JSON.stringify([hook]),
      },
      file: { apps: [{ id: 'a', key: 'l', secret: 't', webhooks: [{ ...hook, url: 'https://b.test/' }] }] },
    });
    expect(lines).toContain('apps.0.webhooks.0.url = "https://a.test/" (environment: PREGON_APP_WEBHOOKS)');
    expect(lines).toContain('apps.0.key = "k" (environment: PREGON_APP_KEY)');
  });

  it('leaves no setting out', () => {
    const loaded = load({});
    expect(printConfig(loaded).split('\n')).toHaveLength(leaves(loaded.config).length);
  });
});
