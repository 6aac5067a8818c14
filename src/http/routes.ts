import { decodePercent } from '../../protocol/request-signature.js';
import type { Endpoint } from './api-call.js';
import { countConnections } from './handlers/count-connections.js';
import { listChannels } from './handlers/list-channels.js';
import { listUsers } from './handlers/list-users.js';
import { showChannel } from './handlers/show-channel.js';
import { terminateUser } from './handlers/terminate-user.js';
import { triggerBatch } from './handlers/trigger-batch.js';
import { triggerEvent } from './handlers/trigger-event.js';

const TRIGGER_EVENT: Endpoint = { method: 'POST', handle: triggerEvent };
const TRIGGER_BATCH: Endpoint = { method: 'POST', handle: triggerBatch };
const LIST_CHANNELS: Endpoint = { method: 'GET', handle: listChannels };
const SHOW_CHANNEL: Endpoint = { method: 'GET', handle: showChannel };
const LIST_USERS: Endpoint = { method: 'GET', handle: listUsers };
const TERMINATE_USER: Endpoint = { method: 'POST', handle: terminateUser };
const COUNT_CONNECTIONS: Endpoint = { method: 'GET', handle: countConnections };

/** An endpoint with what its path names. */
export interface ApiRoute {
  readonly endpoint: Endpoint;
  /** Undefined where the path names no app: it is then the one of the `auth_key`. */
  readonly appId: string | undefined;
  /** The channel or user, percent-decoded; empty where there is none. */
  readonly subject: string;
}

/** Paths with the same few app ids come over and over: how many are remembered, and how long they may be. */
const REMEMBERED_PATHS = 1000;
const REMEMBERED_LENGTH = 500;

/** Finds endpoints, and remembers what it found; anybody can ask for paths, so what is full is begun anew. */
export class Routes {
  private readonly known = new Map<string, ApiRoute>();

  /** The endpoint of a path without the configured prefix; undefined when there is none. */
  find(path: string): ApiRoute | undefined {
    const known = this.known.get(path);
    if (known !== undefined) return known;
    const route = findRoute(path);
    if (route !== undefined && path.length <= REMEMBERED_LENGTH) {
      if (this.known.size >= REMEMBERED_PATHS) this.known.clear();
      this.known.set(path, route);
    }
    return route;
  }
}

/** Finds the endpoint of a path without the configured prefix; undefined when there is none. */
export function findRoute(path: string): ApiRoute | undefined {
  const [, root, ...names] = path.split('/');
  if (root === 'apps') {
    const [appId, ...rest] = names;
    if (appId === undefined || appId === '') return undefined;
    return appRoute(decodePercent(appId), rest);
  }
  if (root === 'users') {
    // The Python library posts to /users/{id}/terminate_connections, without the app.
    const subject = terminatedUser(names);
    return subject === undefined ? undefined : { endpoint: TERMINATE_USER, appId: undefined, subject };
  }
  return undefined;
}

function appRoute(appId: string, [resource, ...rest]: readonly string[]): ApiRoute | undefined {
  switch (resource) {
    case 'events':
      return rest.length === 0 ? { endpoint: TRIGGER_EVENT, appId, subject: '' } : undefined;
    case 'batch_events':
      return rest.length === 0 ? { endpoint: TRIGGER_BATCH, appId, subject: '' } : undefined;
    case 'connections':
      return rest.length === 0 ? { endpoint: COUNT_CONNECTIONS, appId, subject: '' } : undefined;
    case 'channels':
      return channelRoute(appId, rest);
    case 'users': {
      const subject = terminatedUser(rest);
      return subject === undefined ? undefined : { endpoint: TERMINATE_USER, appId, subject };
    }
    default:
      return undefined;
  }
}

function channelRoute(appId: string, [name, list, ...rest]: readonly string[]): ApiRoute | undefined {
  if (name === undefined) return { endpoint: LIST_CHANNELS, appId, subject: '' };
  const subject = decodePercent(name);
  if (list === undefined) return { endpoint: SHOW_CHANNEL, appId, subject };
  return list === 'users' && rest.length === 0 ? { endpoint: LIST_USERS, appId, subject } : undefined;
}

function terminatedUser([userId, action, ...rest]: readonly string[]): string | undefined {
  if (userId === undefined || userId === '' || action !== 'terminate_connections' || rest.length > 0) {
    return undefined;
  }
  return decodePercent(userId);
}
