import { BothUp } from '../link/both-up.js';
import type { Bus, BusListener } from '../../bus.js';
import { messageOf, Reconnecting } from '../link/reconnecting.js';
import { redisAddress, type RedisSettings } from '../driver-settings.js';
import { RedisCommands } from './redis-commands.js';
import { createSubscriber } from './redis-subscribers.js';
import { Topics } from '../link/topics.js';

/** Bytes that were published and not confirmed; a server that reads no more is noticed before much has gathered. */
const MAX_PENDING_BYTES = 67_108_864;

/** The bus over Redis's publish and subscribe: at one server, behind Sentinels, or in a cluster. */
export class RedisBus implements Bus {
  readonly lossy = true;
  private readonly commands: Reconnecting<RedisCommands>;
  private readonly topics: Topics;
  private readonly state = new BothUp(() => this.listener, ['commands', 'topics']);
  private readonly channelPrefix: string;
  private listener: BusListener | undefined;
  private pendingBytes = 0;
  readonly address: string;

  /** @param prefix of all channels, so that several installations can share a server */
  constructor(settings: RedisSettings, prefix: string) {
    this.address = redisAddress(settings);
    this.channelPrefix = `${prefix}:bus:`;
    this.commands = new Reconnecting(
      () => RedisCommands.create(settings, [], 'pregon-bus'),
      this.state.part('commands'),
    );
    this.topics = new Topics(
      () =>
        createSubscriber(settings, 'pregon-bus-topics', (channel, message) => {
          this.arrive(channel, message);
        }),
      this.state.part('topics'),
    );
  }

  get isUp(): boolean {
    return this.listener !== undefined && this.state.isUp;
  }

  start(listener: BusListener): void {
    this.listener = listener;
    this.commands.start();
    this.topics.start();
  }

  publish(topic: string, message: Uint8Array): boolean {
    const { connection } = this.commands;
    if (connection === undefined || this.pendingBytes > MAX_PENDING_BYTES) return false;
    const bytes = message.byteLength + topic.length;
    this.pendingBytes += bytes;
    const settled = () => {
      this.pendingBytes -= bytes;
    };
    connection.publish(this.channelPrefix + topic, message).then(settled, (cause: unknown) => {
      settled();
      this.listener?.unsure(message);
      // What was sent before may have got lost as well: all start anew.
      if (this.commands.connection === connection) this.commands.fail(messageOf(cause));
    });
    return true;
  }

  subscribe(topic: string): Promise<void> {
    return this.topics.subscribe(this.channelPrefix + topic);
  }

  unsubscribe(topic: string): void {
    this.topics.unsubscribe(this.channelPrefix + topic);
  }

  close(): Promise<void> {
    this.listener = undefined;
    this.commands.close();
    this.topics.close();
    return Promise.resolve();
  }

  private arrive(channel: string, message: Buffer): void {
    if (this.topics.has(channel)) this.listener?.message(channel.slice(this.channelPrefix.length), message);
  }
}
