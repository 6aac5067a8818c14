import type { Bus, BusListener } from '../../src/cluster/bus.js';
import { MemoryBus, type MemoryWire } from './memory-bus.js';

/** A node's way to a hub that can be cut, and loses what is sent meanwhile, as the connection to a server does. */
export class CutBus implements Bus {
  readonly lossy = true;
  private readonly bus: MemoryBus;
  private listener: BusListener | undefined;
  private isCut = false;

  constructor(hub: MemoryWire) {
    this.bus = new MemoryBus(hub);
  }

  get isUp(): boolean {
    return !this.isCut && this.bus.isUp;
  }

  start(listener: BusListener): void {
    this.listener = listener;
    this.bus.start({
      ...listener,
      message: (topic, message) => {
        if (!this.isCut) listener.message(topic, message);
      },
    });
  }

  cut(): void {
    this.isCut = true;
    this.listener?.down('cut');
  }

  mend(): void {
    this.isCut = false;
    this.listener?.up();
  }

  publish(topic: string, message: Uint8Array): boolean {
    return !this.isCut && this.bus.publish(topic, message);
  }

  subscribe(topic: string): Promise<void> {
    return this.bus.subscribe(topic);
  }

  unsubscribe(topic: string): void {
    this.bus.unsubscribe(topic);
  }

  close(): Promise<void> {
    return this.bus.close();
  }
}
