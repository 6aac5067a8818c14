import { channelPolicy } from '../../channel-name.js';
import { findChannelRule } from '../catalogue.js';
import { splitPattern } from '../channels-of.js';
import type { CatalogueEvent } from '../event.js';

/**
 * What an entry itself tells of defects in the applications that send or listen.
 *
 * @returns sentences; empty when there is nothing to find
 */
export function findings(event: CatalogueEvent): string[] {
  return [
    ...event.channels.flatMap(({ pattern }) => channelFindings(event, pattern)),
    ...(event.aliases.listener ?? []).map(
      (name) => `⚠ Clients also listen to \`${name}\`, which nothing sends: they hear nothing there.`,
    ),
  ];
}

function channelFindings({ sensitivity, system }: CatalogueEvent, pattern: string): string[] {
  const { fixed, parameter } = splitPattern(pattern);
  const channel = parameter === undefined ? fixed : `${fixed}x`;
  if (sensitivity !== 'public' && !channelPolicy(channel).guarded) {
    return [`⚠ \`${pattern}\` is public: anybody can read this there.`];
  }
  if (findChannelRule(channel, [system]) === undefined && !fixed.startsWith('private-role.')) {
    return [`⚠ \`${pattern}\` has no rule: every subscription to it is refused.`];
  }
  if (sensitivity === 'secret' && parameter === undefined) {
    return [`⚠ \`${pattern}\` is shared by many, and this holds a secret: split the event.`];
  }
  return [];
}
