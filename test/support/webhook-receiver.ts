import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A webhook request, as it came. */
export interface ReceivedWebhook {
  readonly headers: Record<string, string | string[] | undefined>;
  readonly rawBody: string;
  readonly events: readonly Record<string, unknown>[];
}

/** An application's endpoint for webhooks on a free port; ends with the test. */
export class WebhookReceiver {
  readonly requests: ReceivedWebhook[] = [];
  /** Events of the requests that were answered with success, with their times and versions. */
  readonly delivered: Record<string, unknown>[] = [];
  private waiting: (() => void)[] = [];
  /** What the next requests are answered with; 200 when it is empty. */
  readonly answers: number[] = [];
  /** Requests wait for this before they are answered, and count from then on. */
  gate: Promise<void> = Promise.resolve();

  private constructor(readonly url: string) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const rawBody = Buffer.concat(chunks).toString('utf8');
        const { events } = JSON.parse(rawBody) as { events: Record<string, unknown>[] };
        receiver.requests.push({ headers: request.headers, rawBody, events });
        const status = receiver.answers.shift() ?? 200;
        if (status < 300) receiver.delivered.push(...events);
        void receiver.gate.then(() => {
          response.writeHead(status).end();
        });
        for (const resolve of receiver.waiting.splice(0)) resolve();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const receiver = new WebhookReceiver(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`);
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return receiver;
  }

  /** All events so far, without their times and versions. */
  get events(): Record<string, unknown>[] {
    return this.requests.flatMap(({ events }) =>
      events.map((event) => {
        const fact = { ...event };
        delete fact['time_ms'];
        delete fact['version'];
        return fact;
      }),
    );
  }

  /** Waits until that many events have come. */
  async untilEvents(count: number): Promise<Record<string, unknown>[]> {
    while (this.events.length < count) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    return this.events;
  }
}
