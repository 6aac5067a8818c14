#!/usr/bin/env node
import { descriptorProblem } from '../transports/descriptors.js';
import { ExitCode } from './exit-codes.js';

// Before anything else is loaded: that alone takes more descriptors than some limits allow.
const problem = descriptorProblem();
if (problem !== undefined) {
  console.error(problem);
  process.exit(ExitCode.Config);
}
await import('./program.js');
