import type { ReconnectingListener } from './reconnecting.js';

/** Tells when two connections are both up, and when one of them is not any more. */
export class BothUp {
  private readonly away = new Set<string>();
  private wasTold: 'up' | 'down' | undefined;

  constructor(
    private readonly listener: () => ReconnectingListener | undefined,
    names: readonly [string, string],
  ) {
    for (const name of names) this.away.add(name);
  }

  get isUp(): boolean {
    return this.away.size === 0;
  }

  /** What one of the connections reports to. */
  part(name: string): ReconnectingListener {
    return {
      up: () => {
        this.away.delete(name);
        if (!this.isUp) return;
        this.wasTold = 'up';
        this.listener()?.up();
      },
      down: (reason) => {
        this.away.add(name);
        if (this.wasTold === 'down') return;
        this.wasTold = 'down';
        this.listener()?.down(reason);
      },
      failed: (reason) => {
        this.listener()?.failed?.(reason);
      },
    };
  }
}
