import { z } from 'zod';
import { aliasesOf, channelsOf, findEvent } from '../../../protocol/events/index.js';
import { jsonObject, type JsonBody } from '../json-body.js';
import { echoed, timestamp, wording } from './bodies.js';
import { notice, type Plan } from './notice.js';

const StatsUpdate = z.looseObject({ type: z.unknown().optional(), user_id: z.unknown().optional() });

const STATS_UPDATED = findEvent('stats.updated');

/** `POST /stats-update`: refreshes the dashboards of everybody, a cobrador or a manager. */
export function statsUpdate(body: JsonBody, nowMs: number): Plan {
  const request = body.as(StatsUpdate);
  const type = wording(request.type) ?? '';
  const channels = STATS_UPDATED === undefined ? [] : channelsOf(STATS_UPDATED, request, 'legacy-http');
  const now = JSON.stringify(timestamp(nowMs));
  const data = jsonObject([
    ['type', body.text('type')],
    ['stats', body.text('stats') ?? '{}'],
    ['user_id', type === 'global' ? undefined : body.text('user_id')],
    ['timestamp', now],
  ]);
  const alias =
    STATS_UPDATED && aliasesOf(STATS_UPDATED, 'socket.io').find((name) => name === `stats.${type}.updated`);
  return {
    notices: channels.flatMap((channel) =>
      STATS_UPDATED === undefined ? [] : [notice(STATS_UPDATED, channel, data, alias)],
    ),
    doubt:
      channels.length > 0
        ? undefined
        : { kind: 'stats update of an unknown type, or without user_id: nobody is told', fields: { type } },
    answer: (sent) => ({
      // An unknown type, or no id where one is needed, is told this way and no other.
      success: channels.length > 0,
      message: channels.length > 0 ? 'Stats update processed' : 'Unknown type, or user_id is missing',
      type: echoed(request.type),
      user_id: echoed(request.user_id),
      sent,
    }),
  };
}
