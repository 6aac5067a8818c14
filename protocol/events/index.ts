/**
 * The catalogue of business events: what they are called, where they go, what they carry and who may have them. It takes
 * and returns values; nothing here sends anything.
 *
 * - `CATALOGUE`: every entry (`CatalogueEvent`); `eventsOf(systems)`: those of some systems.
 * - `findEvent(name, kind?)`: the entry of a canonical name or an alias. `eventNames(event)`, `aliasesOf(event, kind)`.
 * - `channelsOf(event, source, by)`: the channels that an event goes to, from its payload or the gateway's request.
 *   `fillPattern(pattern, id)` and `matchPattern(pattern, channel)`: one channel of a pattern, and back.
 * - `checkPayload(event, payload)`, `checkChannel(event, channel)`, `checkClientEvent(event, …)`: what is wrong, as text.
 * - `CHANNEL_RULES`, `findChannelRule(channel, systems)`, `decide(rule, candidate, parameter)`: who may subscribe.
 * - The shared values (`Money`, `Id`, `Timestamp`, `CreditHttp`, …) are zod schemas for payloads and requests.
 */
export * from './catalogue.js';
export * from './channel-rules.js';
export * from './channels-of.js';
export * from './check-event.js';
export * from './event.js';
export * from './values.js';
