import { once } from 'node:events';
import { setImmediate as nextTick } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterDrivers } from '../../../../../src/cluster/drivers.js';
import { createIpcDrivers } from '../../../../../src/cluster/drivers/create-drivers.js';
import { FrameKind } from '../../../../../src/cluster/drivers/ipc/ipc-frames.js';
import { RecordingHub } from '../../../../support/recording-hub.js';

const CHANGE = {
  key: 'app/private-user.1',
  change: '1',
  after: '',
  instead: '',
  seenVersion: 0,
  subscriptions: 1,
  join: [],
  leave: [],
  replace: false,
  maxMembers: 0,
  tellSubscriptions: false,
  graceMs: 0,
  wantSnapshot: false,
};

describe('the way of bus and store to the parent process', () => {
  let hub: RecordingHub;
  let drivers: ClusterDrivers;

  beforeEach(async () => {
    hub = new RecordingHub();
    await hub.listen();
    drivers = createIpcDrivers(hub.address);
    await start(drivers);
    hub.kinds.length = 0;
    hub.reads = 0;
  });

  afterEach(async () => {
    await Promise.all([drivers.bus.close(), drivers.store.close()]);
    hub.close();
  });

  it('is one connection', () => {
    expect(hub.sockets).toHaveLength(1);
  });

  it('takes a subscription to both in one write', async () => {
    const standing = drivers.bus.subscribe(CHANGE.key);
    drivers.store.apply('node', CHANGE).catch(() => undefined);
    await standing;
    expect(hub.kinds).toEqual([FrameKind.Subscribe, FrameKind.Call, FrameKind.Mark]);
    expect(hub.reads).toBe(1);
  });

  it('sends what either wants again over a new connection', async () => {
    await Promise.all([drivers.bus.subscribe('app/news'), drivers.store.watch('app/presence-room')]);
    hub.kinds.length = 0;
    hub.cut();
    await Promise.all([drivers.bus.subscribe('app/news'), drivers.store.watch('app/presence-room')]);
    expect(hub.kinds.slice(0, 3)).toEqual([FrameKind.Hello, FrameKind.Subscribe, FrameKind.Watch]);
  });

  it('stays open for the store when the bus is closed, and no longer than for both', async () => {
    await drivers.bus.close();
    await drivers.store.watch('app/presence-room');
    const [socket] = hub.sockets;
    const closed = socket === undefined ? undefined : once(socket, 'close');
    await drivers.store.close();
    await closed;
    await nextTick();
    expect(hub.sockets).toHaveLength(0);
  });
});

/** Starts both, and waits until they are up. */
async function start({ bus, store }: ClusterDrivers): Promise<void> {
  const ignore = () => undefined;
  await Promise.all([
    new Promise<void>((up) => {
      bus.start({ message: ignore, unsure: ignore, down: ignore, up });
    }),
    new Promise<void>((up) => {
      store.start({ delta: ignore, down: ignore, up });
    }),
  ]);
}
