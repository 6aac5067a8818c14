import { external } from './external.js';
import { pregon } from './pregon.js';
import { pregonNodes } from './pregon-nodes.js';
import { RAW_UWS } from './raw-uws.js';
import { SOKETI } from './soketi.js';
import { BenchError, type TargetSpec } from './target.js';

/** Servers that the bench starts and stops itself. */
export const STARTED_TARGETS: readonly TargetSpec[] = [pregon('uws'), pregon('ws'), RAW_UWS, SOKETI];

/**
 * A target by its name, to which pregon's may add settings: `pregon?PREGON_TRANSPORT=ws`; or one that runs already by its
 * URL, which may have a name in front: `reverb=http://…`.
 *
 * @throws BenchError when it is neither
 */
export function findTarget(text: string): TargetSpec {
  const started = STARTED_TARGETS.find(({ name }) => name === text);
  if (started !== undefined) return started;
  const [, nodes] = /^pregon-([1-9]\d*)-nodes$/.exec(text) ?? [];
  if (nodes !== undefined) return pregonNodes(Number(nodes));
  const [, own, settings] = /^(pregon(?:-ws)?)(\?\w+=.*)$/.exec(text) ?? [];
  if (own !== undefined) return pregon(own === 'pregon' ? 'uws' : 'ws', settings);
  const [, name, url] = /^([\w.-]+)=(.*)$/.exec(text) ?? [];
  if (name !== undefined && url !== undefined) return external(name, url);
  if (text.includes('://')) return external(new URL(text).host, text);
  const names = [...STARTED_TARGETS.map((target) => target.name), 'pregon-2-nodes'].join(', ');
  throw new BenchError(
    `there is no target '${text}': give ${names}, or a URL such as http://KEY:SECRET@HOST:PORT/apps/ID`,
  );
}
