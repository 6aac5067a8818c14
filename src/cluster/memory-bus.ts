import type { Bus, BusListener } from './bus.js';

/** What the buses of one process share: the wire between them. It can be cut, as a server can go away. */
export class MemoryHub {
  private readonly buses = new Set<MemoryBus>();
  private cut: string | undefined;

  get isUp(): boolean {
    return this.cut === undefined;
  }

  /** Takes the bus away from all nodes. */
  interrupt(reason: string): void {
    if (this.cut !== undefined) return;
    this.cut = reason;
    for (const bus of this.buses) bus.interrupted(reason);
  }

  resume(): void {
    if (this.cut === undefined) return;
    this.cut = undefined;
    for (const bus of this.buses) bus.resumed();
  }

  /** @internal */
  attach(bus: MemoryBus): void {
    this.buses.add(bus);
  }

  /** @internal */
  detach(bus: MemoryBus): void {
    this.buses.delete(bus);
  }

  /** @internal */
  carry(topic: string, message: Uint8Array): void {
    for (const bus of this.buses) bus.arrive(topic, message);
  }
}

/** A node's end of a {@link MemoryHub}. */
export class MemoryBus implements Bus {
  readonly lossy = false;
  private listener: BusListener | undefined;
  private readonly topics = new Set<string>();
  private waiting: (() => void)[] = [];
  private isClosed = false;

  constructor(private readonly hub: MemoryHub) {}

  get isUp(): boolean {
    return this.listener !== undefined && this.hub.isUp;
  }

  start(listener: BusListener): void {
    this.hub.attach(this);
    queueMicrotask(() => {
      if (this.isClosed) return;
      this.listener = listener;
      if (this.hub.isUp) this.resumed();
    });
  }

  publish(topic: string, message: Uint8Array): boolean {
    if (!this.isUp) return false;
    queueMicrotask(() => {
      this.hub.carry(topic, message);
    });
    return true;
  }

  subscribe(topic: string): Promise<void> {
    this.topics.add(topic);
    if (this.isUp) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  unsubscribe(topic: string): void {
    this.topics.delete(topic);
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.hub.detach(this);
    this.listener = undefined;
    this.topics.clear();
    this.settle();
    return Promise.resolve();
  }

  /** @internal */
  arrive(topic: string, message: Uint8Array): void {
    if (this.isUp && this.topics.has(topic)) this.listener?.message(topic, message);
  }

  /** @internal */
  interrupted(reason: string): void {
    this.listener?.down(reason);
  }

  /** @internal */
  resumed(): void {
    if (this.listener === undefined) return;
    this.settle();
    this.listener.up();
  }

  private settle(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}
