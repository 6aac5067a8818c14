import { describe } from 'vitest';
import { RedisServer } from '../../support/redis-server.js';
import { describeWith, REDIS } from '../../support/services.js';
import { describeBus } from './bus-suite.js';
import { redisBeds } from './redis-beds.js';
import { describeStore } from './store-suite.js';

describeWith(REDIS, () => {
  const start = async () => {
    const server = await RedisServer.start();
    return redisBeds(
      { port: server.port },
      { flush: () => server.admin.flushall(), stop: () => server.stop() },
    );
  };

  describe('bus', () => {
    describeBus(async () => (await start()).bus);
  });

  describe('store', () => {
    describeStore(async () => (await start()).store);
  });
});
