import { describe, expect, it } from 'vitest';
import { Routes } from '../../../src/http/routes.js';

describe('Routes', () => {
  const path = '/apps/app-id/events';

  it('remembers what it found, also after anybody asked for many other paths', () => {
    const routes = new Routes();
    for (let i = 0; i < 2500; i++) routes.find(`/apps/app-id/channels/room-${i}`);
    const found = routes.find(path);
    expect(found).toMatchObject({ appId: 'app-id' });
    expect(routes.find(path)).toBe(found);
  });

  it('keeps no long path', () => {
    const routes = new Routes();
    const long = `/apps/app-id/channels/${'a'.repeat(10_000)}`;
    const found = routes.find(long);
    expect(found).toMatchObject({ appId: 'app-id', subject: 'a'.repeat(10_000) });
    expect(routes.find(long)).not.toBe(found);
    expect(routes.find(long)).toEqual(found);
  });
});
