import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FrameWatch } from '../support/frame-watch.js';
import { Opcode, PLAIN_UPGRADE, RawClient } from '../support/raw-client.js';
import { startServer, type TestServer } from '../support/start-server.js';
import { hmac, type ReceivedFrame, type TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

interface ClientFrame {
  readonly event: string;
  readonly channel?: string;
  readonly data?: unknown;
}

/** One line of a transcript; which member is there tells what happens. */
interface Step {
  /** Server to client. */
  readonly s?: ReceivedFrame;
  /** Client to server. */
  readonly c?: ClientFrame;
  /** Client to server, in this very spelling. */
  readonly c_raw?: string;
  readonly c_control?: 'ping';
  readonly payload?: string;
  readonly s_control?: 'ping';
  readonly s_close?: number;
  readonly c_close?: number;
  /** To the application, not to us. */
  readonly http?: unknown;
}

interface Transcript {
  readonly title: string;
  readonly upgrade: {
    readonly path: string;
    readonly headers?: Record<string, string>;
    readonly absent?: string[];
  };
  readonly frames: readonly Step[];
}

const { vectors } = JSON.parse(
  readFileSync(new URL('../../protocol/vectors/client-transcripts.json', import.meta.url), 'utf8'),
) as { readonly vectors: readonly Transcript[] };

const WRONG_AUTH = `app-key:${'0'.repeat(64)}`;

/** As PHP's `json_encode` writes the same JSON. */
function phpEscaped(json: string): string {
  return json
    .replaceAll('/', '\\/')
    .replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Fills in `${AUTH:…}`. */
function withAuth(frame: ClientFrame, socketId: string): ClientFrame {
  const data = frame.data as { auth?: string; channel?: string; channel_data?: string | null } | null;
  const placeholder = data?.auth;
  if (placeholder === undefined) return frame;
  const { channel, channel_data: channelData } = data as { channel: string; channel_data: string };
  const signed = (() => {
    if (placeholder === `\${AUTH:${channel}}`) return `${socketId}:${channel}`;
    if (placeholder === `\${AUTH:${channel}:channel_data}`) return `${socketId}:${channel}:${channelData}`;
    if (placeholder === '${AUTH over the PHP-escaped channel_data}') {
      return `${socketId}:${channel}:${phpEscaped(channelData)}`;
    }
    throw new Error(`unknown placeholder ${placeholder}`);
  })();
  return { ...frame, data: { ...data, auth: `app-key:${hmac(signed)}` } };
}

/** What a value says, however it is spelled: JSON text and the value it stands for are the same. */
function meaning(value: unknown): unknown {
  if (typeof value === 'string' && /^[[{]/.test(value)) return meaning(JSON.parse(value));
  if (Array.isArray(value)) return value.map(meaning);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, meaning(member)]));
}

/** Plays a transcript's client against a server and looks at what the server does. */
class Replay {
  readonly watch = new FrameWatch();
  private watched = 0;
  /** The answer to the last subscription, where the transcript has not asked for it yet. */
  private answer: ReceivedFrame | undefined;

  private constructor(
    private readonly server: TestServer,
    private readonly transcript: Transcript,
    private readonly client: RawClient,
    private readonly established: ReceivedFrame,
    private readonly socketId: string,
    /** Someone else on the same channels, who hears client events. */
    private readonly listener: TestSocket,
  ) {}

  static async start(server: TestServer, transcript: Transcript): Promise<Replay> {
    const listener = await server.connect();
    for (const channel of ['private-App.Models.User.7', 'private-x']) await listener.subscribe(channel);
    const client = await open(server, transcript);
    const established = await client.nextEvent('pusher:connection_established');
    const { socket_id: socketId } = JSON.parse(established.data as string) as { socket_id: string };
    return new Replay(server, transcript, client, established, socketId, listener);
  }

  async take(step: Step): Promise<void> {
    if (step.c !== undefined) await this.send(withAuth(step.c, this.socketId));
    else if (step.c_raw !== undefined) this.sendText(step.c_raw);
    else if (step.s !== undefined) await this.expectFrame(step.s);
    else if (step.c_control !== undefined) await this.ping(step.payload ?? '');
    // The client's own answer to a ping of ours, which comes by its own clock: see silent-clients.test.ts.
    else if (step.s_control !== undefined) this.client.send(Opcode.pong);
    else if (step.s_close !== undefined) await this.expectClose(step.s_close);
    else if (step.c_close !== undefined) await this.close();
    else if (step.http === undefined) throw new Error(`unknown step ${JSON.stringify(step)}`);
    this.lookAtFrames();
  }

  /** The server stops: every client is told 4200 (STOP-1). */
  async stop(): Promise<void> {
    void this.server.server.stop(0);
    const { data } = await this.client.nextEvent('pusher:error');
    expect((data as { code: unknown }).code).toBe(4200);
    await this.client.next(Opcode.close);
    expect(this.client.closeCode).toBe(4200);
    this.lookAtFrames();
    this.watch.closed(4200);
  }

  private async send(frame: ClientFrame): Promise<void> {
    this.sendText(JSON.stringify(frame));
    const { channel } = (frame.data ?? {}) as { channel?: string };
    switch (frame.event) {
      case 'pusher:subscribe':
        this.answer = await this.client.nextEvent('pusher_internal:subscription_succeeded', channel);
        break;
      case 'pusher:unsubscribe':
        await this.expectSilence(async () => {
          await this.server.api.trigger(channel!, 'x', '1');
        });
        break;
      case 'pusher:pong':
        await this.expectSilence(() => Promise.resolve());
        break;
      case 'pusher:ping':
        break;
      default: {
        const heard = await this.listener.next(frame.event, frame.channel);
        expect(typeof heard.data).toBe('string');
        expect(meaning(heard)).toStrictEqual(meaning(frame));
      }
    }
  }

  private async expectFrame(expected: ReceivedFrame): Promise<void> {
    switch (expected.event) {
      case 'pusher:connection_established':
        expect(meaning(this.established)).toStrictEqual(
          meaning({ ...expected, data: (expected.data as string).replace('${SID}', this.socketId) }),
        );
        break;
      case 'pusher_internal:subscription_succeeded':
        expect(meaning(this.answer)).toStrictEqual(meaning(expected));
        break;
      case 'pusher:pong':
        expect(meaning(await this.client.nextEvent('pusher:pong'))).toStrictEqual(meaning(expected));
        break;
      case 'pusher:subscription_error': {
        const { channel } = expected;
        this.sendText(JSON.stringify({ event: 'pusher:unsubscribe', data: { channel } }));
        this.sendText(JSON.stringify({ event: 'pusher:subscribe', data: { channel, auth: WRONG_AUTH } }));
        const refusal = await this.client.nextEvent('pusher:subscription_error', channel);
        expect(meaning(refusal)).toMatchObject(meaning(expected) as object);
        expect(await this.client.nextEvent('pusher:error')).toMatchObject({ data: { code: null } });
        break;
      }
      case 'pusher:error':
        await this.expectClose((expected.data as { code: number }).code);
        break;
      case 'pusher:ping':
        // Ours asks with control frames only: Java, Swift and .NET clients do not answer this (LIVE-3).
        break;
      default:
        throw new Error(`unknown frame ${expected.event}`);
    }
  }

  /** A refusal is met with the same handshake for an app that is not there; a stop is left for the end. */
  private async expectClose(code: number): Promise<void> {
    if (code === 4200) return;
    expect(code).toBe(4001);
    const refused = await open(this.server, this.transcript, 'other-key');
    const { data } = await refused.nextEvent('pusher:error');
    expect(data).toStrictEqual({ code, message: expect.stringMatching(/./) as string });
    await refused.next(Opcode.close);
    expect(refused.closeCode).toBe(code);
  }

  /** A client of the same kind comes and goes, with a close frame that has no code. */
  private async close(): Promise<void> {
    const other = await open(this.server, this.transcript);
    await other.established();
    other.send(Opcode.close);
    await other.next(Opcode.close);
    await other.gone;
  }

  private async ping(payload: string): Promise<void> {
    this.client.send(Opcode.ping, payload);
    expect((await this.client.next(Opcode.pong)).payload.toString()).toBe(payload);
  }

  private async expectSilence(meanwhile: () => Promise<void>): Promise<void> {
    const before = this.client.messages.length;
    await meanwhile();
    await this.ping('settle');
    expect(this.client.messages.slice(before)).toEqual([]);
  }

  private sendText(text: string): void {
    this.watch.sent(text);
    this.client.sendText(text);
  }

  private lookAtFrames(): void {
    const texts = this.client.frames.filter(({ opcode }) => opcode === Opcode.text);
    for (const { payload } of texts.slice(this.watched)) this.watch.received(payload.toString('utf8'));
    this.watched = texts.length;
  }
}

/** The handshake of a transcript, header for header. */
async function open(server: TestServer, { upgrade }: Transcript, key = 'app-key'): Promise<RawClient> {
  const { path, headers = PLAIN_UPGRADE, absent = [] } = upgrade;
  for (const name of absent) expect(headers).not.toHaveProperty(name);
  const client = await RawClient.open(server.port, { path: path.replace('app-key', key), headers });
  expect(client.status).toBe(101);
  return client;
}

onEachTransport((transport) => {
  describe('the transcript', () => {
    it.each(vectors.map((vector) => [vector.title, vector] as const))(
      'of %s goes as it was recorded',
      async (_title, transcript) => {
        const server = await startServer({ transport, app: { clientEvents: 'members' } });
        const replay = await Replay.start(server, transcript);
        for (const step of transcript.frames) await replay.take(step);
        await replay.stop();
        expect(replay.watch.violations).toEqual([]);
      },
    );
  });
});
