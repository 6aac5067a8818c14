import { describe } from 'vitest';
import { SYSTEM_CLOCK } from '../../../src/clock.js';
import { MemoryBus, MemoryWire } from '../../support/memory-bus.js';
import { MemoryState, MemoryStore } from '../../../src/cluster/drivers/memory/memory-store.js';
import { describeBus } from './bus-suite.js';
import { describeStore } from './store-suite.js';

const nothingToStop = () => Promise.resolve();

describe('memory store', () => {
  describeStore(() => {
    const state = new MemoryState(SYSTEM_CLOCK);
    return Promise.resolve({
      create: () => new MemoryStore(state),
      flush: () => {
        state.clear();
        return Promise.resolve();
      },
      stop: nothingToStop,
    });
  });
});

describe('memory bus', () => {
  describeBus(() => {
    const hub = new MemoryWire();
    return Promise.resolve({ create: () => new MemoryBus(hub), stop: nothingToStop });
  });
});
