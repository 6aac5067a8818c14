import { offences } from '../unit/protocol/never-send.js';

/**
 * Watches what one client receives for frames that a server must never send, those included that only what went before
 * makes wrong: a member who leaves without ever having been there, a snapshot without the subscriber, a code that ends
 * the connection though the connection goes on. The list is `neverSend` of protocol/vectors/client-transcripts.json.
 */
export class FrameWatch {
  /** What was sent all the same. */
  readonly violations: string[] = [];
  /** Whom the client knows of, by channel. */
  private readonly members = new Map<string, Set<string>>();
  /** As whom the client asked to join, by channel. */
  private readonly joining = new Map<string, string>();
  /** Channels that the client has left: what comes until it joins anew was under way before. */
  private readonly left = new Set<string>();
  private signedInAs: string | undefined;
  private finalCode: number | undefined;

  /** The client sends a frame. */
  sent(text: string): void {
    const { event, data } = parseObject(text);
    const { channel, channel_data: channelData, user_data: userData } = asObject(data);
    if (event === 'pusher:signin') this.signedInAs = memberId(userData, 'id') ?? this.signedInAs;
    if (typeof channel !== 'string') return;
    if (event === 'pusher:unsubscribe') {
      this.joining.delete(channel);
      this.left.add(channel);
    }
    if (event !== 'pusher:subscribe') return;
    // A subscription that stands is not changed by a second one.
    const isMember = this.joining.has(channel) && this.members.has(channel);
    const id = memberId(channelData, 'user_id') ?? this.signedInAs;
    if (!isMember && id !== undefined) this.joining.set(channel, id);
  }

  /** The client receives a frame. */
  received(text: string): void {
    for (const offence of offences(text)) this.report(offence, text);
    if (this.finalCode !== undefined) this.report(`a frame after error ${this.finalCode}`, text);
    const { event, channel, data } = parseObject(text);
    if (event === 'pusher:error') this.receivedError(asObject(data)['code']);
    if (typeof channel !== 'string' || !channel.startsWith('presence-')) return;
    const problem = this.memberProblem(String(event), channel, asObject(data));
    if (problem !== undefined) this.report(problem, text);
  }

  /** The connection ended. */
  closed(code: number): void {
    // A connection that is cut while it closes has no code of its own.
    if (this.finalCode !== undefined && code !== this.finalCode && code !== 1006) {
      this.report(`error ${this.finalCode}, yet a close with`, String(code));
    }
  }

  private receivedError(code: unknown): void {
    if (typeof code === 'number' && code >= 4000 && code < 4300) this.finalCode = code;
  }

  private memberProblem(event: string, channel: string, data: Members): string | undefined {
    if (this.left.has(channel) && event !== 'pusher_internal:subscription_succeeded') return undefined;
    const userId = String(data['user_id']);
    const known = this.members.get(channel);
    switch (event) {
      case 'pusher_internal:subscription_succeeded': {
        const ids = Object.keys(asObject(asObject(data['presence'])['hash']));
        this.members.set(channel, new Set(ids));
        this.left.delete(channel);
        const self = this.joining.get(channel);
        return self === undefined || ids.includes(self) ? undefined : 'a snapshot without the subscriber';
      }
      case 'pusher_internal:member_added':
        if (known === undefined || known.has(userId)) return 'member_added of one who is known';
        known.add(userId);
        return undefined;
      case 'pusher_internal:member_removed':
        return known?.delete(userId) === true ? undefined : 'member_removed of one who is not known';
      default:
        return undefined;
    }
  }

  private report(what: string, text: string): void {
    this.violations.push(`${what}: ${text}`);
  }
}

type Members = Readonly<Record<string, unknown>>;

/** The id in string JSON, as text: an integer keeps its digits. */
function memberId(json: unknown, name: 'id' | 'user_id'): string | undefined {
  if (typeof json !== 'string') return undefined;
  const id = parseObject(json)[name];
  if (typeof id === 'string') return id;
  return typeof id === 'number' ? /"user_id"\s*:\s*(-?\d+)/.exec(json)?.[1] : undefined;
}

/** An object, or the one that string JSON holds; empty where there is none. */
function asObject(value: unknown): Members {
  if (typeof value === 'string') return parseObject(value);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

function parseObject(text: string): Members {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? {} : asObject(value);
  } catch {
    return {};
  }
}
