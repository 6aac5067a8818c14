import { describe } from 'vitest';
import { hubBeds, HubProcess } from '../../support/hub-process.js';
import { describeFaults } from './bus-faults.js';
import { describeBus } from './bus-suite.js';
import { describeStoreFaults } from './store-faults.js';
import { describeStore } from './store-suite.js';

describe('hub', () => {
  const start = async () => {
    const server = await HubProcess.start();
    const beds = hubBeds(server);
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
