import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, checkPayload, findChannelRule, findEvent } from '../../../../protocol/events/index.js';
import { typeName } from '../../../../protocol/events/generate/names.js';
import { isBroadcast } from '../../../../protocol/events/generate/php.js';
import { describeWith, PHP_CLI } from '../../../support/services.js';

const SOURCES = new URL('../../../../protocol/events/generated/php/src/', import.meta.url).pathname;
const SCRIPT = new URL('make-events.php', import.meta.url).pathname;

/** What Laravel would ask an event for. */
interface Made {
  readonly on: readonly string[];
  readonly as: string;
  readonly with: Record<string, unknown>;
  readonly now: boolean;
}

function php(args: readonly string[], input?: unknown): string {
  const { status, stdout, stderr } = spawnSync('php', ['-d', 'display_errors=stderr', ...args], {
    encoding: 'utf8',
    ...(input !== undefined && { input: JSON.stringify(input) }),
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

/** Instances of the classes, each with an example's values and further arguments for its channels. */
function make(...events: (readonly [event: string, values: unknown, channels?: object])[]): Made[] {
  const asked = events.map(([name, values, channels = {}]) => ({
    class: typeName({ name }),
    values,
    channels,
  }));
  return JSON.parse(php([SCRIPT, SOURCES], asked)) as Made[];
}

describeWith(PHP_CLI, () => {
  it('finds no fault in the syntax of any file', () => {
    const files = readdirSync(SOURCES).map((name) => SOURCES + name);
    expect(files.length).toBeGreaterThan(50);
    const code =
      'foreach (array_slice($argv, 1) as $f) { token_get_all(file_get_contents($f), TOKEN_PARSE); }';
    php(['-r', code, ...files]);
    // The command itself, on a file of each kind.
    for (const name of ['PaymentReceived', 'Contact', 'Wire']) {
      expect(php(['-l', `${SOURCES}${name}.php`])).toContain('No syntax errors');
    }
  });

  describe('the event classes', () => {
    const broadcast = CATALOGUE.filter(isBroadcast);

    it('give the name, a valid payload and channels with a rule, for every event', () => {
      const made = make(...broadcast.map(({ name, examples }) => [name, examples[0]] as const));
      for (const [i, event] of broadcast.entries()) {
        const { on, as, with: payload } = made[i]!;
        expect(as).toBe(event.name);
        expect(checkPayload(event, payload), event.name).toStrictEqual([]);
        for (const channel of on) expect(findChannelRule(channel, [event.system]), channel).toBeDefined();
      }
    });

    it('send a payment to those who are named, each once', () => {
      const [example] = findEvent('payment.received')!.examples as [Record<string, unknown>];
      const [all, alone, twice] = make(
        ['payment.received', example],
        ['payment.received', { ...example, manager: null, client: null }],
        ['payment.received', { ...example, manager: { id: 33, name: 'L' }, client: null }],
      );
      expect(all?.on).toStrictEqual([
        'private-payments',
        'private-user.33',
        'private-user.7',
        'private-user.12',
      ]);
      expect(alone?.on).toStrictEqual(['private-payments', 'private-user.33']);
      expect(twice?.on).toStrictEqual(['private-payments', 'private-user.33']);
      expect(all?.with).toStrictEqual(example);
    });

    it('take what the payload does not hold as a further argument', () => {
      const [credit] = findEvent('credit.approved')!.examples;
      const [service] = findEvent('service.status.changed')!.examples;
      const [approved, changed, purchased] = make(
        ['credit.approved', credit, { cobradorId: 33 }],
        ['service.status.changed', service, { userUuid: 'abc' }],
        ['service.purchased', findEvent('service.purchased')!.examples[0]],
      );
      expect(approved?.on).toStrictEqual(['private-user.33']);
      expect(changed?.on).toStrictEqual(['private-user.abc', 'private-admin.services']);
      expect(purchased?.on).toStrictEqual(['private-admin.services']);
      expect([changed?.now, purchased?.now]).toStrictEqual([false, true]);
    });

    it('send a secret to its owner alone', () => {
      const [example] = findEvent('service.ready')!.examples;
      expect(make(['service.ready', example, { userUuid: 'abc' }])[0]?.on).toStrictEqual([
        'private-user.abc',
      ]);
    });

    it('choose the channel by the type of statistics', () => {
      const stats = { stats: [], user_id: 33 };
      const made = make(
        ['stats.updated', { ...stats, type: 'global' }],
        ['stats.updated', { ...stats, type: 'cobrador' }],
        ['stats.updated', { ...stats, type: 'manager', user_id: null }],
      );
      expect(made.map(({ on }) => on)).toStrictEqual([
        ['private-stats.global'],
        ['private-stats.cobrador.33'],
        [],
      ]);
    });

    it('notify the user, else the role, else everybody', () => {
      const made = make(
        ['notification', { title: 'a' }, { userId: 7, userType: 'manager' }],
        ['notification', { title: 'a' }, { userType: 'manager' }],
        ['notification', { title: 'a' }],
      );
      expect(made.map(({ on }) => on)).toStrictEqual([
        ['private-user.7'],
        ['private-role.manager'],
        ['private-system.notifications'],
      ]);
    });

    it('write times as Laravel does, and the time of making where none is given', () => {
      const payment = { ...(findEvent('payment.received')!.examples[0] as Record<string, unknown>) };
      delete payment['timestamp'];
      const before = new Date().toISOString().slice(0, 19);
      const [own, local] = make(
        ['payment.received', payment],
        ['payment.received', { ...payment, timestamp: { date: '2026-11-23 10:05:09.5 -04:00' } }],
      );
      expect(own?.with['timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      expect(String(own?.with['timestamp']) >= before).toBe(true);
      expect(local?.with['timestamp']).toBe('2026-11-23T14:05:09.500000Z');
    });
  });
});
