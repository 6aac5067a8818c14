import { describe } from 'vitest';
import { RedisServer } from '../../support/redis-server.js';
import { describeWith, REDIS } from '../../support/services.js';
import { describeFaults } from './bus-faults.js';
import { describeBus } from './bus-suite.js';
import { redisBeds } from './redis-beds.js';
import { describeStoreFaults } from './store-faults.js';
import { describeStore } from './store-suite.js';

describeWith(REDIS, () => {
  const start = async () => {
    const server = await RedisServer.start({ persistent: true });
    const beds = redisBeds(
      { port: server.port },
      { flush: () => server.admin.flushall(), stop: () => server.stop() },
    );
    return { bus: { ...beds.bus, server }, store: { ...beds.store, server } };
  };

  describe('bus', () => {
    describeBus(async () => (await start()).bus);
    describeFaults(async () => (await start()).bus);
  });

  describe('store', () => {
    describeStore(async () => (await start()).store);
    describeStoreFaults(async () => (await start()).store);
  });
});
