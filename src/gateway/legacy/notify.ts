import { z } from 'zod';
import {
  aliasesOf,
  CHANNEL_RULES,
  fillPattern,
  findEvent,
  idText,
  type CatalogueEvent,
} from '../../../protocol/events/index.js';
import { isJsonObject } from '../../../protocol/json-text.js';
import type { JsonBody } from '../json-body.js';
import { ChannelId } from './bodies.js';
import type { Doubt, Plan } from './notice.js';

const Notify = z.looseObject({
  event: z.string().nullish(),
  userId: ChannelId.nullish(),
  userType: z.string().nullish(),
});

/** Whom a notification is for. */
interface Target {
  /** Undefined for a role that is none. */
  readonly channel: string | undefined;
  /** As the answer names it. */
  readonly text: string;
}

/**
 * `POST /notify`: any event, to a user, to a role or to everybody.
 *
 * @throws BodyError 422, also for an id that is given and is none: what is meant for one is not to reach everybody
 */
export function notify(body: JsonBody): Plan {
  const request = body.as(Notify);
  const asked = request.event ?? '';
  const name = asked === '' ? 'notification' : asked;
  const { channel, text: target } = targetOf(request, body);
  const entry = findEvent(name);
  const event = entry?.name ?? name;
  const [older] = entry === undefined ? [] : aliasesOf(entry, 'socket.io');
  const alias = event === name ? older : name;
  return {
    notices: channel === undefined ? [] : [{ channel, event, alias, data: dataOf(body) }],
    answer: (sent) => ({ success: true, message: 'Notification sent', event: name, target, sent }),
    doubt: channel === undefined ? noRole(request.userType ?? '') : doubtOf(name, entry),
  };
}

function noRole(userType: string): Doubt {
  return {
    kind: 'notification to a userType that is no role: nobody is told',
    fields: { userType, known: ROLES },
  };
}

function doubtOf(event: string, entry: CatalogueEvent | undefined): Doubt | undefined {
  if (entry !== undefined) return undefined;
  return { kind: 'notification of an event outside the catalogue: passed on as it is', fields: { event } };
}

/** The data, else the notification, else nothing: whatever JavaScript takes for true, as it was written. */
function dataOf(body: JsonBody): string {
  for (const name of ['data', 'notification']) {
    const text = body.text(name);
    if (text !== undefined && Boolean(body.value[name])) return text;
  }
  return '{}';
}

function targetOf({ userId, userType }: z.output<typeof Notify>, body: JsonBody): Target {
  const { data } = body.value;
  const inData: unknown = isJsonObject(data) ? data['user_id'] : undefined;
  const id = userId ?? (inData === undefined ? undefined : body.as(WithIdInData).data.user_id);
  const idAsText = idText(id);
  if (idAsText !== undefined) {
    return { channel: fillPattern('private-user.{id}', id), text: `user ${idAsText}` };
  }
  if (userType === undefined || userType === null || userType === '') {
    return { channel: 'private-system.notifications', text: 'all users' };
  }
  const role = roleOf(userType);
  return {
    channel: role === undefined ? undefined : fillPattern('private-role.{role}', role),
    text: `all ${userType}s`,
  };
}

const WithIdInData = z.looseObject({ data: z.looseObject({ user_id: ChannelId.nullish() }) });

const ROLES: readonly string[] =
  CHANNEL_RULES.find(({ pattern }) => pattern === 'private-role.{role}')?.values ?? [];

/**
 * The role of any of its spellings: cobrador, cobradors, cobradores, cobradoress. Callers had to add an ending or not
 * depending on the server's version, and with some nobody was reached.
 */
export function roleOf(userType: string): string | undefined {
  const spelled = userType.trim().toLowerCase();
  return ROLES.find((role) => spelled.startsWith(role) && /^(?:e?ss?)?$/.test(spelled.slice(role.length)));
}
