import { runWorker } from '../workers/run-worker.js';

/** What each worker runs. It is started by `pregon start`, and by nobody else. */
process.exit(await runWorker());
