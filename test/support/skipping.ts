import { it } from 'vitest';
import { isSpread, meetsAtHub } from './start-server.js';

/** A test that is skipped while a condition holds; its title then gives the reason. */
function unless(holds: boolean, reason: string) {
  return (title: string, test: () => Promise<void> | void) => {
    if (holds) it.skip(`${title} (skipped: ${reason})`, test);
    else it(title, test);
  };
}

/** A test whose clock jumps further than a node at a hub trusts itself. */
export function itWithoutHub() {
  return unless(meetsAtHub(), 'the clock jumps, which parts nodes that meet at a hub');
}

/** A test of what one node does by itself. */
export function itOnOneNode() {
  return unless(isSpread(), 'over several nodes, answers to one client may overtake each other');
}
