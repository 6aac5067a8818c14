import { isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import { isJsonObject, memberTexts } from '../../protocol/json-text.js';
import { BodyError, issueTexts } from './answers.js';

/** A body that is a JSON object: parsed, and each member as the text it came in, which is what is passed on. */
export class JsonBody {
  private members: Map<string, string> | undefined = undefined;

  private constructor(
    readonly value: Readonly<Record<string, unknown>>,
    private readonly json: string,
  ) {}

  /** @throws BodyError */
  static parse(body: Uint8Array): JsonBody {
    if (!isUtf8(body)) throw notJson('it is not UTF-8');
    // A copy, since the body is only valid for now.
    const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8');
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw notJson('it is not JSON');
    }
    if (isJsonObject(value)) return new JsonBody(value, text);
    throw new BodyError(422, 'Invalid body', ['it must be a JSON object']);
  }

  /**
   * The body as a schema has it.
   *
   * @throws BodyError 422
   */
  as<T extends z.ZodType>(schema: T): z.output<T> {
    const result = schema.safeParse(this.value);
    if (result.success) return result.data;
    throw new BodyError(422, 'Invalid body', issueTexts(result.error));
  }

  /** A member's value as it was written: money keeps its digits. Undefined where it is not there or null. */
  text(name: string): string | undefined {
    this.members ??= memberTexts(this.json);
    const text = this.members.get(name);
    return text === 'null' ? undefined : text;
  }
}

function notJson(problem: string): BodyError {
  return new BodyError(400, 'Invalid body', [problem]);
}

/** A JSON object made of the texts of its members; those without are left out. */
export function jsonObject(members: Iterable<readonly [name: string, json: string | undefined]>): string {
  const texts = [...members].filter(([, json]) => json !== undefined);
  return `{${texts.map(([name, json]) => `${JSON.stringify(name)}:${json ?? ''}`).join(',')}}`;
}
