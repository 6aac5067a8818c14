/** As ES2024 has it, and every runtime that we run on. */
interface WellFormedText {
  isWellFormed(): boolean;
}

const ESCAPES = /(?:%[0-9a-f]{2})+/gi;

/** Whether all escapes of a path or query are UTF-8. A `%` that is no escape stands for itself. */
export function isPercentUnicode(text: string): boolean {
  if (!text.includes('%')) return true;
  return (text.match(ESCAPES) ?? []).every((escapes) => {
    try {
      decodeURIComponent(escapes);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Whether text survives UTF-8. JSON can spell halves of characters (`"\ud800"`), which no encoding has: each would become
 * U+FFFD on its way, so that two different texts, signed or compared, would be one (PROTOCOL.md TEXT-1).
 */
export function isUnicode(text: string): boolean {
  return (text as unknown as WellFormedText).isWellFormed();
}
