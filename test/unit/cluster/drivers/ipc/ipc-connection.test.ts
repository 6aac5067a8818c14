import { setImmediate as nextTick } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IpcConnection } from '../../../../../src/cluster/drivers/ipc/ipc-connection.js';
import { FrameKind } from '../../../../../src/cluster/drivers/ipc/ipc-frames.js';
import { RecordingHub } from '../../../../support/recording-hub.js';

const EVENT = new Uint8Array(100);

describe('marks of a connection to the parent process', () => {
  let hub: RecordingHub;
  let connection: IpcConnection;

  beforeEach(async () => {
    hub = new RecordingHub();
    await hub.listen();
    connection = new IpcConnection(
      hub.address,
      () => undefined,
      () => undefined,
    );
    await connection.open(() => {
      connection.destroy();
    });
    takeMarks();
    vi.useFakeTimers({ toFake: ['setTimeout'] });
  });

  afterEach(() => {
    vi.useRealTimers();
    connection.destroy();
    hub.close();
  });

  /** How many came since the last call. */
  function takeMarks(): number {
    return hub.kinds.splice(0).filter((kind) => kind === FrameKind.Mark).length;
  }

  /** Events that follow each other, each in a tick of its own. */
  async function publish(count: number): Promise<Promise<unknown>[]> {
    const confirmed: Promise<unknown>[] = [];
    for (let i = 0; i < count; i++) {
      connection.frames.message('app/news', EVENT);
      confirmed.push(connection.settledLater());
      await nextTick();
    }
    return confirmed;
  }

  it('stand for all events of a moment', async () => {
    const confirmed = await publish(20);
    vi.advanceTimersByTime(50);
    await Promise.all(confirmed);
    expect(takeMarks()).toBe(1);
  });

  it('go out at once when somebody waits, and confirm what went before', async () => {
    const confirmed = await publish(3);
    await Promise.all([connection.settled(), ...confirmed]);
    expect(takeMarks()).toBe(1);
    const [next] = await publish(1);
    vi.advanceTimersByTime(50);
    await next;
    expect(takeMarks()).toBe(1);
  });

  it('fail with the connection, also those that were not sent yet', async () => {
    const confirmed = await publish(3);
    hub.cut();
    await expect(Promise.all(confirmed)).rejects.toThrow('the connection to the parent process is lost');
  });
});
