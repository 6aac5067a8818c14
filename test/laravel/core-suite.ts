import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { called, echoOf, subscribed } from '../support/echo.js';
import { LaravelApp, type LaravelVersion, type Settings } from '../support/laravel-app.js';
import { EVENT_NAMES, expectedEvents, QUEUED_EVENT, type ExpectedEvent } from './expected-events.js';
import { loginAll, type SeededUsers } from './seeded-users.js';

/** How long installing and starting an application may take. */
export const INSTALL_TIMEOUT_MS = 240_000;

/** A running application with its users logged in; there once the suite's tests run. */
export interface RunningApp {
  readonly app: LaravelApp;
  readonly users: SeededUsers;
}

/** Starts the application before a suite's tests and stops it after them. */
export function startedApp(version: LaravelVersion, settings: Settings): RunningApp {
  const running: { app?: LaravelApp; users?: SeededUsers } = {};
  beforeAll(async () => {
    running.app = await LaravelApp.start(version, settings);
    running.users = await loginAll(running.app);
  }, INSTALL_TIMEOUT_MS);
  afterAll(async () => {
    await running.app?.stop();
  });
  return running as RunningApp;
}

/** What every version of Laravel does with every driver. */
export function coreSuite(running: RunningApp): void {
  describe('broadcasts', () => {
    it.each(EVENT_NAMES)('%s on its channels, with its payload', async (name) => {
      const event = expectedEvents(running.users).find((one) => one.name === name)!;
      await expectHeard(running, event, () => running.app.fire(name));
    });

    it('a queued event once a worker runs', async () => {
      await expectHeard(running, QUEUED_EVENT, async (heard) => {
        await running.app.fire(QUEUED_EVENT.name);
        expect(heard()).toBe(0);
        const worker = await running.app.artisan(['queue:work', 'database', '--once']);
        expect(worker.output).toMatch(/CreditWaitingListUpdate .* DONE/);
      });
    });
  });

  it("refuses a user on another user's channel, and tells Echo's error()", async () => {
    const { app, users } = running;
    const echo = echoOf(app, users.oscar);
    const refusal = await called((done) => echo.private('user.4').error(done));
    expect(refusal).toMatchObject({ type: 'AuthError', status: 403 });
    await subscribed(echo.private('user.8'));
  });

  it('knows who is here, joining and leaving', async () => {
    const { app, users } = running;
    const marta = { id: 1, name: 'Marta', role: 'manager' };
    const carlos = { id: 2, name: 'Carlos', role: 'cobrador' };
    const room = echoOf(app, users.marta).join('chat.1');
    expect(await called((done) => room.here(done))).toStrictEqual([marta]);

    const joining = called((done) => room.joining(done));
    const other = echoOf(app, users.carlos);
    const here = called((done) => other.join('chat.1').here(done));
    expect(await joining).toStrictEqual(carlos);
    expect(await here).toStrictEqual([marta, carlos]);

    const leaving = called((done) => room.leaving(done));
    other.leave('chat.1');
    expect(await leaving).toStrictEqual(carlos);
  });

  describe('when pregon refuses an event, the exception', () => {
    it('says that the secret is wrong', async () => {
      const wrong = { REVERB_APP_SECRET: 'wrong', PUSHER_APP_SECRET: 'wrong' };
      expect(await exceptionOf(running, ['payment.received'], wrong)).toMatch(
        /^Pusher error: Invalid signature: you should have sent HmacSHA256Hex\("POST\\n\/apps\/app-id\/events\\nauth_key=app-key&auth_timestamp=\d+&auth_version=1\.0&body_md5=[0-9a-f]{32}", your_secret_key\), but you sent "[0-9a-f]{64}"; check REVERB_APP_SECRET or PUSHER_APP_SECRET\n\.$/,
      );
    });

    it('says that the event is too large, and what sets the limit', async () => {
      expect(await exceptionOf(running, ['system.alert', '--bytes=20000'])).toMatch(
        /^Pusher error: The data content of this event exceeds the allowed maximum \(10240 bytes\)\. Event 'system\.alert' on private-system\.notifications has 201\d\d bytes; the app's maxEventBytes \(PREGON_APP_MAX_EVENT_BYTES\) sets the limit\n\.$/,
      );
    });
  });
}

/** The message of the exception that a broadcast ends with, as Laravel logs it. */
async function exceptionOf({ app }: RunningApp, args: readonly string[], env = {}): Promise<string> {
  const log = join(app.folder, 'storage', 'logs', 'laravel.log');
  await rm(log, { force: true });
  const { code, output } = await app.artisan(['broadcast:fire', ...args], env);
  expect(code).toBe(1);
  expect(output).toContain('In PusherBroadcaster.php');
  const entry = /local\.ERROR: ([^]*?) \{"exception":"\[object\] \((.*?)\(/.exec(
    await readFile(log, 'utf8'),
  )!;
  expect(entry[2]).toBe('Illuminate\\\\Broadcasting\\\\BroadcastException');
  return entry[1]!;
}

/**
 * Sees that an event reaches each of its listeners through Echo with its payload, and no other channel.
 *
 * @param cause makes the application send it; told how often the event was heard so far
 */
async function expectHeard(
  { app, users }: RunningApp,
  { name, listeners, payload }: ExpectedEvent,
  cause: (heard: () => number) => Promise<void>,
): Promise<void> {
  const witness = await app.connect();
  for (const channel of allChannels(users)) await witness.subscribe(`private-${channel}`);
  const events = await Promise.all(
    listeners.map(async ([channel, user]) => {
      const subscription = await subscribed(echoOf(app, users[user]).private(channel));
      return { heard: called((done) => subscription.listen(`.${name}`, done)) };
    }),
  );
  await cause(() => witness.named(name).length);
  for (const { heard } of events) expect(await heard).toStrictEqual(payload);

  await witness.settle();
  const channels = witness.named(name).map(({ channel }) => channel);
  expect(channels.sort()).toEqual(listeners.map(([channel]) => `private-${channel}`).sort());
  witness.terminate();
}

/** Every private channel that the example may send on. */
function allChannels(users: SeededUsers): string[] {
  const everybody = Object.values(users).map(({ user }) => user);
  const areas = [
    'services',
    'payments',
    'invoices',
    'maintenance',
    'users',
    'tickets',
    'notifications',
    'super',
  ];
  return [
    ...['payments', 'credits-attention', 'waiting-list', 'system.notifications'],
    ...areas.map((area) => `admin.${area}`),
    ...everybody.flatMap(({ id, uuid }) => [`user.${id}`, `user.${uuid}`, `cobrador.${id}`]),
    ...new Set(everybody.map(({ role }) => `role.${role}`)),
  ];
}
