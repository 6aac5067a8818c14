import Echo, { type Channel } from 'laravel-echo';
import Pusher from 'pusher-js';
import { useCallback, useEffect, useEffectEvent, useState } from 'react';
import type { Session } from './api';
import type { MessageSent, Person } from './events';

export type EchoClient = Echo<'reverb'>;

const env = import.meta.env;

function createEcho({ token }: Session): EchoClient {
  const port = Number(env['VITE_REVERB_PORT'] ?? 443);
  return new Echo({
    broadcaster: 'reverb',
    Pusher,
    key: env['VITE_REVERB_APP_KEY'],
    wsHost: env['VITE_REVERB_HOST'],
    wsPort: port,
    wssPort: port,
    forceTLS: (env['VITE_REVERB_SCHEME'] ?? 'https') === 'https',
    // Both: with 'wss' alone pusher-js fails under TLS.
    enabledTransports: ['ws', 'wss'],
    authEndpoint: '/broadcasting/auth',
    bearerToken: token,
  });
}

/** The connection of a session, for as long as the component is there. */
export function useEcho(session: Session): EchoClient | undefined {
  const [echo, setEcho] = useState<EchoClient>();
  useEffect(() => {
    const client = createEcho(session);
    setEcho(client);
    return () => {
      client.disconnect();
    };
  }, [session]);
  return echo;
}

/** `connected`, `connecting`, … */
export function useConnectionStatus(echo: EchoClient): string {
  const [status, setStatus] = useState<string>(() => echo.connectionStatus());
  useEffect(() => echo.connector.onConnectionChange(setStatus), [echo]);
  return status;
}

/**
 * Listens to an event. The channel is left with the connection and not before: `leave()` would end what other
 * components hear on it.
 *
 * @param name with a leading dot, as every event with `broadcastAs()`
 */
export function useEvent<T>(channel: Channel, name: `.${string}`, listener: (event: T) => void): void {
  const listen = useEffectEvent(listener);
  useEffect(() => {
    const callback = (event: T) => {
      listen(event);
    };
    channel.listen(name, callback);
    return () => {
      channel.stopListening(name, callback);
    };
  }, [channel, name]);
}

/** What a presence channel tells: who is there, what they write, and who is typing. */
export function useRoom(echo: EchoClient, name: string) {
  const [members, setMembers] = useState<Person[]>([]);
  const [messages, setMessages] = useState<MessageSent[]>([]);
  const [typing, setTyping] = useState<string>();
  const [isRefused, setIsRefused] = useState(false);
  /** What arrives again is not shown again. */
  const addMessage = useCallback((sent: MessageSent) => {
    setMessages((before) => [...before.filter(({ message }) => message.id !== sent.message.id), sent]);
  }, []);
  useEffect(() => {
    let timer: number | undefined;
    echo
      .join(name)
      .here(setMembers)
      .joining((person: Person) => {
        setMembers((before) => [...before, person]);
      })
      .leaving(({ id }: Person) => {
        setMembers((before) => before.filter((person) => person.id !== id));
      })
      .error(() => {
        setIsRefused(true);
      })
      .listen('.message.sent', (sent: MessageSent) => {
        setTyping(undefined);
        addMessage(sent);
      })
      .listenForWhisper('typing', (person: Pick<Person, 'name'>) => {
        setTyping(person.name);
        clearTimeout(timer);
        timer = setTimeout(setTyping, 2000, undefined);
      });
    return () => {
      clearTimeout(timer);
      echo.leave(name);
    };
  }, [echo, name, addMessage]);
  const whisper = (person: Pick<Person, 'name'>) => {
    echo.join(name).whisper('typing', person);
  };
  return { isRefused, members, messages, addMessage, typing, whisper };
}
