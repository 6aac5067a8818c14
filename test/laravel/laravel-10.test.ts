import { describe, expect, it } from 'vitest';
import { describeWith, LARAVEL } from '../support/services.js';
import { coreSuite, startedApp } from './core-suite.js';

describeWith(LARAVEL, () => {
  describe('Laravel 10 with the driver pusher, chosen by BROADCAST_DRIVER', () => {
    const running = startedApp(10, { BROADCAST_CONNECTION: undefined, BROADCAST_DRIVER: 'pusher' });

    it('is Laravel 10.50', async () => {
      expect((await running.app.artisan(['--version'])).output).toMatch(/^Laravel Framework 10\.50\./);
    });

    coreSuite(running);
  });
});
