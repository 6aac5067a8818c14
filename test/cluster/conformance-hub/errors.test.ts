import { spreadOverHub } from '../../support/start-server.js';

spreadOverHub(2);
await import('../../conformance/errors.test.js');
