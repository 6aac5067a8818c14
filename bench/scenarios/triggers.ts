import { TRIGGER_KINDS, type TriggerKind } from '../client/calls.js';
import type { ChannelPlan } from '../client/channel-plan.js';
import { STAMP_BYTES } from '../client/stamp.js';
import type { Load } from '../run/load.js';
import { addResults } from './publish-result.js';
import type { Scenario } from './scenario.js';

const GROUP = 'publisher';
const PLAN: ChannelPlan = { names: ['unheard'], spread: 1 };

const LABELS: Record<TriggerKind, string> = {
  single: 'one event',
  channels: 'one event on 100 channels',
  batch: 'a batch of 10 events',
};

interface Triggers {
  readonly kind: TriggerKind;
  readonly bytes: number;
  readonly inFlight: number;
}

/** What the HTTP API costs: nobody listens. */
export const TRIGGERS: Scenario = {
  name: 'triggers',
  summary: 'signed HTTP requests that trigger events nobody listens to',
  options: [
    {
      name: 'kinds',
      description: `what a request triggers: ${TRIGGER_KINDS.join(', ')}`,
      default: 'single,channels,batch',
    },
    { name: 'bytes', description: "bytes of an event's data", default: '200' },
    { name: 'in-flight', description: 'requests in flight, each over its own connection', default: '16' },
  ],
  cases: (options) =>
    options.texts('kinds', TRIGGER_KINDS).map((kind) => {
      const settings = {
        kind,
        bytes: options.number('bytes', STAMP_BYTES),
        inFlight: options.number('in-flight'),
      };
      return {
        label: `${LABELS[kind]}, ${settings.bytes} B, ${settings.inFlight} in flight`,
        settings,
        connections: settings.inFlight,
        isForRaw: kind === 'single',
        prepare: (load) => prepare(load, settings),
      };
    }),
};

async function prepare(load: Load, { kind, bytes, inFlight }: Triggers) {
  const connections = Math.max(1, Math.floor(inFlight / load.fleet.size));
  await load.fleet.all('preparePublisher', {
    group: GROUP,
    plan: PLAN,
    endpoint: load.endpoint(0),
    dataBytes: bytes,
    connections,
  });
  return async () => {
    const { result, usage } = await load.measure(() =>
      load.fleet.all('trigger', { group: GROUP, kind, seconds: load.seconds }),
    );
    const { sent, faults } = addResults(result);
    return load.measurement('requests', sent, usage, { faults });
  };
}
