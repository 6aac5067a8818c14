import type { System } from './event.js';

/** What an application asks before it signs a subscription. */
export type Rule =
  /** A public channel: nothing is asked. */
  | { readonly asks: 'nothing' }
  /** A logged-in user, whoever he is. */
  | { readonly asks: 'login' }
  /** His id is the channel's parameter, both as text. */
  | { readonly asks: 'id' }
  /** He has one of these roles. */
  | { readonly asks: 'role'; readonly roles: readonly string[] }
  /** His role is the channel's parameter. */
  | { readonly asks: 'role-of-channel' }
  /** Only the application's records can tell. */
  | { readonly asks: 'application'; readonly question: string }
  | { readonly asks: 'any'; readonly of: readonly Rule[] }
  | { readonly asks: 'all'; readonly of: readonly Rule[] };

/** A family of channels with its rule. One pattern may have another rule in another system. */
export interface ChannelRule {
  /** On the wire, prefix included; at most one parameter, at the end: `private-user.{id}`. */
  readonly pattern: string;
  readonly systems: readonly System[];
  readonly rule: Rule;
  /** Undefined unless the parameter is one of few. */
  readonly values?: readonly string[];
  readonly docs: { readonly en: string; readonly es: string };
  /** An older application uses it; new ones should not. */
  readonly legacy?: true;
}

/** Who wants to subscribe, as an application knows him. */
export interface Candidate {
  readonly id: string | number;
  readonly roles: readonly string[];
}

const LOGIN: Rule = { asks: 'login' };
const OWN_ID: Rule = { asks: 'id' };
const roles = (...names: string[]): Rule => ({ asks: 'role', roles: names });
const application = (question: string): Rule => ({ asks: 'application', question });
const any = (...of: Rule[]): Rule => ({ asks: 'any', of });
const all = (...of: Rule[]): Rule => ({ asks: 'all', of });

const HOSTING_ADMIN = roles('admin', 'super_admin');
const HOSTING_STAFF = roles('admin', 'super_admin', 'support');
const TICKET = any(HOSTING_STAFF, application('the ticket is his'));
const TEAM = application('he is a member of the team that owns it');

/** Rules of the hosting platform's channels that ask for an administrator and nothing else. */
const hostingAdmin = (name: string, en: string, es: string): ChannelRule => ({
  pattern: `private-admin.${name}`,
  systems: ['hosting'],
  rule: HOSTING_ADMIN,
  docs: { en, es },
});

/** Every channel pattern of the applications. */
export const CHANNEL_RULES: readonly ChannelRule[] = [
  {
    pattern: 'private-user.{id}',
    systems: ['credits', 'hosting', 'payments'],
    rule: OWN_ID,
    docs: {
      en: 'One user. Ids are compared as text: two UUIDs cast to integers may be equal',
      es: 'Un usuario. Los ids se comparan como texto: dos UUID convertidos a entero pueden coincidir',
    },
  },
  {
    pattern: 'private-App.Models.User.{id}',
    systems: ['credits', 'hosting'],
    rule: OWN_ID,
    docs: {
      en: "One user, as Laravel's notifications name the channel by default",
      es: 'Un usuario, con el nombre que Laravel da por defecto a sus notificaciones',
    },
  },
  {
    pattern: 'private-cobrador.{userId}',
    systems: ['credits'],
    rule: all(OWN_ID, roles('cobrador')),
    docs: {
      en: 'One cobrador; use private-user.{id} instead',
      es: 'Un cobrador; úsese private-user.{id} en su lugar',
    },
    legacy: true,
  },
  {
    pattern: 'private-credits-attention',
    systems: ['credits'],
    rule: roles('manager', 'cobrador', 'admin'),
    docs: { en: 'Credits that need attention', es: 'Créditos que requieren atención' },
  },
  {
    pattern: 'private-waiting-list',
    systems: ['credits'],
    rule: roles('manager', 'cobrador', 'admin'),
    docs: { en: 'Waiting list of credits', es: 'Lista de espera de créditos' },
  },
  {
    pattern: 'private-payments',
    systems: ['credits'],
    rule: roles('manager', 'admin'),
    docs: {
      en: "Everybody's payments, with names, e-mail addresses and phone numbers; cobradores only where the application opts in",
      es: 'Los pagos de todos, con nombres, correos y teléfonos; cobradores solo si la aplicación lo decide',
    },
  },
  {
    pattern: 'private-admin.notifications',
    systems: ['credits'],
    rule: roles('admin', 'manager'),
    docs: { en: 'Notices to managers and administrators', es: 'Avisos para gerentes y administradores' },
  },
  {
    pattern: 'private-admin.notifications',
    systems: ['hosting'],
    rule: HOSTING_ADMIN,
    docs: { en: 'Notices to administrators', es: 'Avisos para administradores' },
  },
  {
    pattern: 'test.notifications',
    systems: ['credits'],
    rule: { asks: 'nothing' },
    docs: { en: 'Of the test endpoint; off by default', es: 'Del punto de prueba; desactivado por defecto' },
    legacy: true,
  },
  {
    pattern: 'public-channel',
    systems: ['credits'],
    rule: { asks: 'nothing' },
    docs: {
      en: 'Everybody, unchecked: only events marked public',
      es: 'Todos, sin control: solo eventos marcados como públicos',
    },
  },
  {
    pattern: 'stats.global',
    systems: ['credits'],
    rule: { asks: 'nothing' },
    docs: {
      en: 'Money figures on a public channel; use private-stats.global',
      es: 'Cifras de dinero en un canal público; úsese private-stats.global',
    },
    legacy: true,
  },
  {
    pattern: 'stats.cobrador.{id}',
    systems: ['credits'],
    rule: { asks: 'nothing' },
    docs: {
      en: 'Money figures on a public channel; use private-stats.cobrador.{id}',
      es: 'Cifras de dinero en un canal público; úsese private-stats.cobrador.{id}',
    },
    legacy: true,
  },
  {
    pattern: 'stats.manager.{id}',
    systems: ['credits'],
    rule: { asks: 'nothing' },
    docs: {
      en: 'Money figures on a public channel; use private-stats.manager.{id}',
      es: 'Cifras de dinero en un canal público; úsese private-stats.manager.{id}',
    },
    legacy: true,
  },
  {
    pattern: 'private-stats.global',
    systems: ['credits'],
    rule: roles('admin', 'manager'),
    docs: { en: 'Statistics of the whole', es: 'Estadísticas globales' },
  },
  {
    pattern: 'private-stats.cobrador.{id}',
    systems: ['credits'],
    rule: any(OWN_ID, application('he manages this cobrador')),
    docs: { en: 'Statistics of one cobrador', es: 'Estadísticas de un cobrador' },
  },
  {
    pattern: 'private-stats.manager.{id}',
    systems: ['credits'],
    rule: any(OWN_ID, roles('admin')),
    docs: { en: 'Statistics of one manager', es: 'Estadísticas de un gerente' },
  },
  {
    pattern: 'private-role.{role}',
    systems: ['credits'],
    rule: any({ asks: 'role-of-channel' }, roles('admin')),
    values: ['cobrador', 'manager', 'admin', 'client'],
    docs: {
      en: 'Everybody with a role; administrators may join all',
      es: 'Todos los de un rol; los administradores pueden entrar en todos',
    },
  },
  {
    pattern: 'presence-online',
    systems: ['credits'],
    rule: roles('cobrador', 'manager', 'admin'),
    docs: {
      en: 'Which staff is online: members {id, name, role}, without addresses',
      es: 'Personal conectado: miembros {id, name, role}, sin direcciones',
    },
  },
  {
    pattern: 'presence-tracking.{cobradorId}',
    systems: ['credits'],
    rule: any(OWN_ID, roles('admin'), application('he manages this cobrador')),
    docs: {
      en: 'Where a cobrador is; he alone sends client events here',
      es: 'Posición de un cobrador; solo él envía eventos de cliente aquí',
    },
  },
  {
    pattern: 'private-cache-user.{id}',
    systems: ['payments'],
    rule: OWN_ID,
    docs: {
      en: 'One user, with the last event kept for a late connect',
      es: 'Un usuario; guarda el último evento para quien conecta tarde',
    },
  },
  hostingAdmin('services', 'Services, to administrators', 'Servicios, para administradores'),
  hostingAdmin('payments', 'Payments, to administrators', 'Pagos, para administradores'),
  hostingAdmin('invoices', 'Invoices, to administrators', 'Facturas, para administradores'),
  hostingAdmin('maintenance', 'Maintenance, to administrators', 'Mantenimientos, para administradores'),
  hostingAdmin('users', 'User activity, to administrators', 'Actividad de usuarios, para administradores'),
  hostingAdmin('backups', 'Backups, to administrators', 'Copias de seguridad, para administradores'),
  hostingAdmin(
    'pet.notifications',
    'Pet services, to administrators',
    'Servicios de mascotas, para administradores',
  ),
  {
    pattern: 'private-admin.tickets',
    systems: ['hosting'],
    rule: HOSTING_STAFF,
    docs: { en: 'Support tickets, to staff', es: 'Tickets de soporte, para el personal' },
  },
  {
    pattern: 'private-admin.super',
    systems: ['hosting'],
    rule: roles('super_admin'),
    docs: { en: 'Alerts, to super administrators', es: 'Alertas, para superadministradores' },
  },
  {
    pattern: 'presence-admin.online',
    systems: ['hosting'],
    rule: HOSTING_ADMIN,
    docs: {
      en: 'Which administrators are online: members {id, name, role}',
      es: 'Administradores conectados: miembros {id, name, role}',
    },
  },
  {
    pattern: 'presence-chat.{roomId}',
    systems: ['hosting'],
    rule: any(HOSTING_STAFF, application('he is in this chat room')),
    docs: {
      en: 'A chat room: members {id, name, avatar, role}; a login alone is not enough',
      es: 'Una sala de chat: miembros {id, name, avatar, role}; no basta con haber iniciado sesión',
    },
  },
  {
    pattern: 'private-chat.{uuid}',
    systems: ['hosting'],
    rule: any(HOSTING_STAFF, application('he is in this chat room')),
    docs: { en: 'Messages of a chat room', es: 'Mensajes de una sala de chat' },
  },
  {
    pattern: 'private-ticket.{uuid}',
    systems: ['hosting'],
    rule: TICKET,
    docs: { en: 'One ticket', es: 'Un ticket' },
  },
  {
    pattern: 'presence-ticket.{uuid}',
    systems: ['hosting'],
    rule: TICKET,
    docs: {
      en: 'Both sides of a ticket: members {id, user_id, name, email, role, avatar_url, is_staff}; needs client events',
      es: 'Ambas partes de un ticket: miembros {id, user_id, name, email, role, avatar_url, is_staff}; necesita eventos de cliente',
    },
  },
  {
    pattern: 'private-system.notifications',
    systems: ['credits', 'hosting'],
    rule: LOGIN,
    docs: { en: 'Everybody who is logged in', es: 'Todos los que han iniciado sesión' },
  },
  {
    pattern: 'private-system.maintenance',
    systems: ['hosting'],
    rule: LOGIN,
    docs: { en: 'Maintenance of the platform', es: 'Mantenimiento de la plataforma' },
  },
  {
    pattern: 'private-game-server.{serviceUuid}',
    systems: ['hosting'],
    rule: application('the service is his'),
    docs: { en: 'Samples of one game server', es: 'Muestras de un servidor de juego' },
  },
  {
    pattern: 'private-project.{uuid}',
    systems: ['hosting'],
    rule: TEAM,
    docs: { en: 'One project', es: 'Un proyecto' },
  },
  {
    pattern: 'private-deployment.{uuid}',
    systems: ['hosting'],
    rule: TEAM,
    docs: { en: 'One deployment', es: 'Un despliegue' },
  },
  {
    pattern: 'private-rp-owner.{id}',
    systems: ['hosting'],
    rule: OWN_ID,
    docs: { en: 'One pet owner', es: 'Un dueño de mascota' },
  },
  {
    pattern: 'private-rp-chat.{id}',
    systems: ['hosting'],
    rule: any(roles('pet_admin'), application('the chat is his')),
    docs: { en: 'Chat of a pet owner', es: 'Chat de un dueño de mascota' },
  },
  {
    pattern: 'private-rp-admin.chat',
    systems: ['hosting'],
    rule: roles('pet_admin'),
    docs: { en: 'Chats, to pet administrators', es: 'Chats, para administradores de mascotas' },
  },
];

/**
 * Whether a rule lets someone in.
 *
 * @param parameter the channel's, undefined where its pattern has none
 * @returns `ask` where only the application's records can tell
 */
export function decide(
  rule: Rule,
  candidate: Candidate | undefined,
  parameter: string | undefined,
): 'yes' | 'no' | 'ask' {
  if (rule.asks === 'nothing') return 'yes';
  if (candidate === undefined) return 'no';
  switch (rule.asks) {
    case 'login':
      return 'yes';
    case 'id':
      // As text: PHP's (int) of two UUIDs with the same leading digits is the same number.
      return answer(String(candidate.id) === parameter);
    case 'role':
      return answer(rule.roles.some((role) => candidate.roles.includes(role)));
    case 'role-of-channel':
      return answer(parameter !== undefined && candidate.roles.includes(parameter));
    case 'application':
      return 'ask';
    case 'any':
      return first(['yes', 'ask'], partsOf(rule, candidate, parameter)) ?? 'no';
    case 'all':
      return first(['no', 'ask'], partsOf(rule, candidate, parameter)) ?? 'yes';
  }
}

type Answer = ReturnType<typeof decide>;

function partsOf(
  { of }: { readonly of: readonly Rule[] },
  candidate: Candidate,
  parameter: string | undefined,
): Answer[] {
  return of.map((part) => decide(part, candidate, parameter));
}

function answer(isAllowed: boolean): Answer {
  return isAllowed ? 'yes' : 'no';
}

/** The first of these that was answered. */
function first(order: readonly Answer[], answers: readonly Answer[]): Answer | undefined {
  return order.find((one) => answers.includes(one));
}
