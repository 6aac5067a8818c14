import type { Bus, BusListener } from '../../src/cluster/bus.js';
import { Interest } from '../../src/cluster/drivers/link/interest.js';
import { Moment } from '../../src/moment.js';

/** What the buses of one process share: the wire between them. It can be cut, as a server can go away. */
export class MemoryWire {
  private readonly buses = new Set<MemoryBus>();
  /** @internal */
  readonly interest = new Interest<MemoryBus>();
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
    this.interest.tell(topic, (bus) => {
      bus.arrive(topic, message);
    });
  }
}

/** A node's end of a {@link MemoryWire}. */
export class MemoryBus implements Bus {
  readonly lossy = false;
  private listener: BusListener | undefined;
  private readonly nextUp = new Moment();
  private isClosed = false;

  constructor(private readonly hub: MemoryWire) {}

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
    this.hub.interest.add(topic, this);
    if (this.isUp) return Promise.resolve();
    return this.nextUp.wait();
  }

  unsubscribe(topic: string): void {
    this.hub.interest.delete(topic, this);
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.hub.detach(this);
    this.listener = undefined;
    this.hub.interest.forget(this);
    this.nextUp.come();
    return Promise.resolve();
  }

  /** @internal */
  arrive(topic: string, message: Uint8Array): void {
    if (this.isUp) this.listener?.message(topic, message);
  }

  /** @internal */
  interrupted(reason: string): void {
    this.listener?.down(reason);
  }

  /** @internal */
  resumed(): void {
    if (this.listener === undefined) return;
    this.nextUp.come();
    this.listener.up();
  }
}
