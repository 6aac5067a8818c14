import { useActionState, useEffect, useRef, useState } from 'react';
import { sendMessage, type Session } from './api';
import { useRoom, type EchoClient } from './realtime';

const ROOM = 1;

/**
 * A room: who is in it, what they write, and who is typing. Messages go through Laravel; typing is a whisper, which goes
 * from browser to browser without it.
 */
export function Chat({ echo, session }: { echo: EchoClient; session: Session }) {
  const { user } = session;
  const { isRefused, members, messages, addMessage, typing, whisper } = useRoom(echo, `chat.${ROOM}`);
  const [text, setText] = useState('');
  const [refusal, submit, isPending] = useActionState(async () => {
    try {
      addMessage(await sendMessage(session, echo.socketId(), ROOM, text));
      setText('');
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }, undefined);

  const end = useRef<HTMLLIElement>(null);
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' });
  }, [messages]);

  if (isRefused) {
    return (
      <section aria-label="Room">
        <h2>Room</h2>
        <p className="empty">{user.name} is not in this room.</p>
      </section>
    );
  }
  return (
    <section aria-label="Room" className="chat">
      <h2>Room</h2>
      <ul aria-label="Members" className="members">
        {members.map((member) => (
          <li key={member.id}>{member.name}</li>
        ))}
      </ul>
      {messages.length === 0 && <p className="empty">No messages yet. Say hello.</p>}
      <ol aria-label="Messages" aria-live="polite" className="messages">
        {messages.map(({ message, timestamp }, i) => (
          <li
            key={message.id}
            ref={i === messages.length - 1 ? end : undefined}
            className={message.user.id === user.id ? 'own' : undefined}
          >
            <b>{message.user.name}</b> <span>{message.message}</span>{' '}
            <time dateTime={timestamp}>
              {new Date(timestamp).toLocaleTimeString([], { timeStyle: 'short' })}
            </time>
          </li>
        ))}
      </ol>
      <p className="typing" aria-live="polite">
        {typing !== undefined && `${typing} is typing…`}
      </p>
      <form action={submit} className="send">
        <label>
          Message
          <input
            value={text}
            required
            maxLength={500}
            autoComplete="off"
            onChange={(event) => {
              setText(event.target.value);
              whisper({ name: user.name });
            }}
          />
        </label>
        <button disabled={isPending}>Send</button>
        {refusal !== undefined && <p role="alert">{refusal}</p>}
      </form>
    </section>
  );
}
