import type { ConfigProblem } from './config-error.js';
import { laravelValue, type EnvRecord } from './env-file.js';
import { mostSimilar } from './similar.js';

/** What becomes of variables of Reverb, soketi and Pusher that set nothing here; the first rule with the name counts. */
interface Rule {
  readonly name: RegExp;
  /** Values with which the servers behave alike. */
  readonly harmless?: RegExp;
  /** A variable of ours that says the same; with it the other one may stay. */
  readonly unless?: string;
  /** Whether the start fails: without what the variable asks for, clients would be served wrongly. */
  readonly refused?: true;
  /** Undefined for what is meant for the application, or needed by nobody here. */
  readonly why?: string;
}

const RULES: readonly Rule[] = [
  // Where Laravel and browsers connect to, and settings of hosted Pusher.
  { name: /^REVERB_(?:PORT|SCHEME|CLUSTER|AUTH_ENDPOINT)$/ },
  { name: /^PUSHER_(?:HOST|PORT|SCHEME|CLUSTER|APP_(?:CLUSTER|HOST|PORT|PATH|SCHEME|USE_?TLS))$/ },
  { name: /^REVERB_SERVER$/, harmless: /^reverb$/i, why: 'there is one server here' },
  {
    name: /^REVERB_APP_PING_INTERVAL$/,
    why: 'silent clients are pinged 16 seconds before the time of PREGON_IDLE_TIMEOUT is over',
  },
  {
    name: /^REVERB_(?:PULSE|TELESCOPE)_INGEST_INTERVAL$/,
    why: 'this server feeds neither Pulse nor Telescope; its figures are at /metrics of the management port',
  },
  {
    name: /^SOKETI_APP_MANAGER_DRIVER$/,
    harmless: /^array$/i,
    unless: 'PREGON_CONFIG',
    refused: true,
    why: 'must be array: apps are not read from a database; list them under apps in the file of PREGON_CONFIG',
  },
  {
    name: /^SOKETI_ADAPTER_DRIVER$/,
    harmless: /^(?:local|redis|nats)$/i,
    unless: 'PREGON_BUS',
    refused: true,
    why: 'must be local, redis or nats: nodes do not find each other by themselves; for several processes on one machine set PREGON_WORKERS, for several machines PREGON_BUS=redis',
  },
  {
    name: /^SOKETI_CONFIG_FILE$/,
    unless: 'PREGON_CONFIG',
    refused: true,
    why: "is not read: the config file of soketi has another form; write one of docs/settings.md's and name it with PREGON_CONFIG",
  },
  {
    name: /^SOKETI_MODE$/,
    harmless: /^full$/i,
    refused: true,
    why: 'must be full: one process serves clients and sends webhooks',
  },
  {
    name: /^SOKETI_ADAPTER_REDIS_(?:PUB|SUB)_OPTIONS$/,
    harmless: /^\{\s*\}$/,
    refused: true,
    why: 'is not read, and Redis may not be reached without it; set PREGON_REDIS_URL, or PREGON_REDIS_HOST and its like',
  },
  { name: /^SOKETI_METRICS_ENABLED$/ },
  { name: /^SOKETI_METRICS_DRIVER$/, harmless: /^prometheus$/i, why: 'metrics are those of Prometheus' },
  { name: /^SOKETI_METRICS_PROMETHEUS_PREFIX$/, why: 'the names of metrics begin with pregon_' },
  {
    name: /^SOKETI_CACHE_DRIVER$/,
    harmless: /^memory$/i,
    why: 'nodes of a bus (PREGON_BUS) share cached events over Redis, others keep them in memory',
  },
  { name: /^SOKETI_QUEUE_DRIVER$/, harmless: /^sync$/i, why: 'webhooks wait in this server, not in a queue' },
  { name: /^SOKETI_RATE_LIMITER_DRIVER$/, harmless: /^local$/i, why: 'each process counts for itself' },
  { name: /^SOKETI_(?:QUEUE|CACHE|RATE_LIMITER)_/, why: 'there are no queue, cache and limiter outside' },
  {
    name: /^SOKETI_(?:APP_MANAGER|DB_(?:MYSQL|POSTGRES|POOLING))_/,
    why: 'apps are not read from a database',
  },
  { name: /^SOKETI_CLUSTER_/, why: 'nodes meet over Redis or NATS (PREGON_BUS)' },
  {
    name: /^SOKETI_ADAPTER_\w*(?:TIMEOUT|NODES_NUMBER)$/,
    why: 'nodes do not wait for the answers of others',
  },
  {
    name: /^SOKETI_HTTP_ACCEPT_TRAFFIC_MEMORY_THRESHOLD$/,
    why: '/accept-traffic answers as /ready does, whatever memory is in use',
  },
];

/** What Kubernetes sets for a service of this name is not written by an operator. */
const SERVICE =
  /_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/;

/** Variables that are passed over, with the reason: those that must not be, and those to tell of. */
export interface ForeignVariables {
  readonly problems: ConfigProblem[];
  readonly warnings: ConfigProblem[];
}

/**
 * Looks at variables of Reverb, soketi and Pusher that are no settings here. A value is never told.
 *
 * @param known the names that settings are read from
 */
export function foreignVariables(
  places: readonly { readonly origin: string; readonly values: EnvRecord }[],
  known: ReadonlySet<string>,
): ForeignVariables {
  const found: ForeignVariables = { problems: [], warnings: [] };
  const isSet = (name: string) => places.some(({ values }) => laravelValue(values[name]) !== undefined);
  for (const { origin, values } of places) {
    for (const [name, written] of Object.entries(values)) {
      const value = laravelValue(written);
      if (value === undefined || !/^(?:REVERB|SOKETI|PUSHER)_/.test(name) || SERVICE.test(name)) continue;
      const tell = (list: ConfigProblem[], problem: string) => {
        list.push({ key: name, value: undefined, origin, problem });
      };
      const rule = RULES.find((candidate) => candidate.name.test(name));
      if (rule === undefined) {
        const problem = known.has(name) ? undefined : unknownProblem(name, known);
        if (problem !== undefined) tell(found.warnings, problem);
      } else if (rule.why !== undefined && rule.harmless?.test(value) !== true) {
        if (rule.unless !== undefined && isSet(rule.unless)) continue;
        if (rule.refused === true) tell(found.problems, rule.why);
        else tell(found.warnings, `has no effect: ${rule.why}`);
      }
    }
  }
  return found;
}

/** Applications have variables of their own that begin with PUSHER_, so there only a near miss is told of. */
function unknownProblem(name: string, known: ReadonlySet<string>): string | undefined {
  const prefix = name.slice(0, name.indexOf('_') + 1);
  const similar = mostSimilar(
    name,
    [...known].filter((candidate) => candidate.startsWith(prefix)),
  );
  if (similar !== undefined) return `is not a setting; did you mean ${similar}?`;
  return prefix === 'PUSHER_' ? undefined : 'is not a setting';
}
