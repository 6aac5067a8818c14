import { spreadOverNodes } from '../../support/start-server.js';

spreadOverNodes(3);
await import('../../conformance/connection-limit.test.js');
