import { CLIENT_EVENTS } from './client-events.js';
import { CONNECT } from './connect.js';
import { CONNECTIONS } from './connections.js';
import { FAN_OUT } from './fan-out.js';
import { INTEREST } from './interest.js';
import { LATENCY } from './latency.js';
import { MEMORY } from './memory.js';
import { NOTIFY } from './notify.js';
import { PRESENCE } from './presence.js';
import { RECONNECT } from './reconnect.js';
import type { Scenario } from './scenario.js';
import { SLOW_READERS } from './slow-readers.js';
import { SOAK } from './soak.js';
import { TRIGGERS } from './triggers.js';

export const SCENARIOS: readonly Scenario[] = [
  CONNECT,
  MEMORY,
  FAN_OUT,
  INTEREST,
  NOTIFY,
  TRIGGERS,
  LATENCY,
  PRESENCE,
  CLIENT_EVENTS,
  RECONNECT,
  SLOW_READERS,
  SOAK,
  CONNECTIONS,
];
