import { checkPayload, eventsOf, findEvent, type System } from '../../protocol/events/index.js';
import { ExitCode } from './exit-codes.js';

/** The events of some systems, one a line: system, state, name, meaning. */
export function listEvents(systems: readonly System[]): string {
  const rows = eventsOf(systems).map(({ system, status, name, docs }) => [system, status, name, docs.en]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}

/**
 * Says whether a payload is as the catalogue has it.
 *
 * @param name canonical, or an alias
 * @returns the exit code
 */
export function checkEvent(name: string, json: string): number {
  const event = findEvent(name);
  if (event === undefined) {
    console.error(`${name} is not in the catalogue; 'pregon events' lists what is`);
    return ExitCode.Config;
  }
  let payload: unknown;
  try {
    payload = JSON.parse(json);
  } catch {
    console.error('the payload is no JSON');
    return ExitCode.Config;
  }
  const problems = checkPayload(event, payload);
  const called = name === event.name ? name : `${name} (${event.name})`;
  if (problems.length === 0) {
    console.log(`${called}: fits`);
    return ExitCode.Ok;
  }
  console.error(`${called}: does not fit\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  return ExitCode.InvalidEvent;
}
