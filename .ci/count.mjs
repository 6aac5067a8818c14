// Prints the number of tests that passed and failed, from vitest's JSON report.
import { readFileSync } from 'node:fs';

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // The tests did not come to an end.
    return { testResults: [], numPassedTests: 0, numFailedTests: 1 };
  }
}

const report = readReport(process.argv[2]);
// A file that could not be loaded holds no tests, and is a failure all the same.
const brokenFiles = report.testResults.filter(
  (file) => file.status === 'failed' && file.assertionResults.length === 0,
).length;
const failed = report.numFailedTests + brokenFiles;
console.log(`${report.numPassedTests} passed, ${failed} failed`);
process.exit(failed > 0 || report.numPassedTests === 0 ? 1 : 0);
