import { spreadOverNodes } from '../../support/start-server.js';

spreadOverNodes(3);
await import('../../clients/pusher-js.test.js');
