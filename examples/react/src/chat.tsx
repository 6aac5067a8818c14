import { useRoom, type EchoClient } from './realtime';

/** Who is in the room, and who is typing: a whisper, which goes from browser to browser without Laravel. */
export function Chat({ echo, name }: { echo: EchoClient; name: string }) {
  const { members, typing, whisper } = useRoom(echo, 'chat.1');
  return (
    <section aria-label="Room">
      <h2>Room</h2>
      <ul aria-label="Members">
        {members.map((member) => (
          <li key={member.id}>{member.name}</li>
        ))}
      </ul>
      <input
        placeholder="Message"
        onChange={() => {
          whisper({ name });
        }}
      />
      <p aria-live="polite">{typing !== undefined && `${typing} is typing…`}</p>
    </section>
  );
}
