// Imports point up this list only: a layer may import the layers above it and itself.
const LAYERS = [
  ['protocol', '^protocol/'],
  [
    'log, clock and cache',
    '^src/(log|line-output|readable-line|throttled-log|clock|bounded-cache|queue|moment)[.]ts$',
  ],
  ['config', '^src/config/'],
  ['activity', '^src/activity/'],
  ['apps', '^src/apps/'],
  ['limits', '^src/limits/'],
  ['cluster', '^src/cluster/'],
  ['channels', '^src/channels/'],
  ['presence', '^src/presence/'],
  ['connections', '^src/connections/'],
  ['http', '^src/http/'],
  ['gateway', '^src/gateway/'],
  ['webhooks', '^src/webhooks/'],
  ['metrics', '^src/metrics/'],
  ['management', '^src/management/'],
  ['transports', '^src/transports/'],
  ['server', '^src/(server|start-log)[.]ts$'],
  ['workers', '^src/workers/'],
  ['cli', '^src/cli/'],
  ['index', '^src/index[.]ts$'],
];

const layerRules = LAYERS.map(([name, path], i) => ({
  name: `layer-${name.replaceAll(/[ ,]+/g, '-')}`,
  comment: `${name} imports only what stands above it in LAYERS`,
  severity: 'error',
  from: { path },
  to: { path: LAYERS.slice(i + 1).map(([, below]) => below) },
}));

/** A library that only the files matching `users` may import. */
const edge = (library, users) => ({
  name: `edge-${library.replaceAll(/[^a-z0-9]/gi, '-')}`,
  comment: `${library} appears only in the file that adapts it`,
  severity: 'error',
  from: { path: '^(protocol|src)/', pathNot: users },
  to: { path: `(^|/)node_modules/${library}` },
});

module.exports = {
  forbidden: [
    ...layerRules.filter((rule) => rule.to.path.length > 0),
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'types of two records may name each other; modules that run may not',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'protocol-is-pure',
      comment: 'protocol/ runs in a browser or another runtime: no Node modules, no I/O',
      severity: 'error',
      from: { path: '^protocol/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'cluster-does-not-know-its-drivers',
      comment:
        'how nodes agree is written against bus.ts and store.ts; server.ts and workers/ choose the drivers',
      severity: 'error',
      from: { path: '^src/cluster/', pathNot: '^src/cluster/drivers/' },
      to: { path: '^src/cluster/drivers/' },
    },
    {
      name: 'drivers-import-contracts-only',
      comment: 'a driver knows the contracts of cluster/ and its neighbours, never how nodes agree',
      severity: 'error',
      from: { path: '^src/cluster/drivers/' },
      to: {
        path: '^src/cluster/',
        pathNot: '^src/cluster/(drivers/|(bus|store|store-times|bus-message|channel-key|drivers)[.]ts$)',
      },
    },
    {
      name: 'src-does-not-import-bench-or-test',
      severity: 'error',
      from: { path: '^(protocol|src)/' },
      to: { path: '^(bench|test)/' },
    },
    edge('uWebSockets', '^src/transports/uws/'),
    edge('ws/', '^src/transports/ws/'),
    edge('fastify', '^src/(transports/ws|management)/'),
    edge('prom-client', '^src/metrics/'),
    edge('commander', '^src/cli/'),
    edge('pino', '^src/(log|readable-line)[.]ts$'),
    edge('lru-cache', '^src/bounded-cache[.]ts$'),
    edge('undici', '^src/(webhooks/|cli/health)'),
    edge('ioredis', '^src/cluster/drivers/redis/'),
    edge('@nats-io', '^src/cluster/drivers/nats/'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'types'],
    },
  },
};
