/** A process of the load client. Started by the bench, which tells it over IPC what to do. */
import type { FromClient, LoadCalls, SentCounts, ToClient } from './calls.js';
import { LoadClient } from './load-client.js';

function tell(message: FromClient): void {
  process.send?.(message);
}

let othersDone: (isDelivered: boolean) => void = () => undefined;

const client = new LoadClient((group: string, sent: SentCounts) => {
  return new Promise<boolean>((resolve) => {
    othersDone = resolve;
    tell({ type: 'await-others', group, sent });
  });
});

async function answer(id: number, method: keyof LoadCalls, params: unknown): Promise<void> {
  try {
    // Each method's parameters and result are paired in LoadCalls, which the other side calls by.
    const run = client[method].bind(client) as (params: unknown) => Promise<unknown>;
    tell({ type: 'result', id, result: await run(params) });
  } catch (error) {
    tell({
      type: 'fault',
      id,
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
}

process.on('message', (message: ToClient) => {
  if (message.type === 'others-done') othersDone(message.isDelivered);
  else void answer(message.id, message.method, message.params);
});
function end(): void {
  client.close();
  process.exit(0);
}
process.on('SIGTERM', end);
// The bench has ended, whichever way.
process.on('disconnect', end);

tell({ type: 'ready' });
