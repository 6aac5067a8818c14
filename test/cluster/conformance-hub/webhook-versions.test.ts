import { spreadOverHub } from '../../support/start-server.js';

spreadOverHub(3);
await import('../../conformance/webhook-versions.test.js');
