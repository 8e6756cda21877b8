/** The texts of a request, from options. */
import { TweedieError } from '../../errors.ts'
import type { ValuesOf } from '../../options.ts'
import { decodeUtf8 } from '../../files/text/utf8.ts'
import type { Access } from '../family.ts'
import type { promptOptions } from './options/sample.ts'
import { type Texts, type Worded } from './told.ts'

/** The options; programs may give one prompt as it is. */
export type TextOptions = Omit<ValuesOf<typeof promptOptions>, 'prompt'> & {
  readonly prompt?: string | readonly string[] | undefined
  /** What to guide away from: a text for a model with words. */
  readonly negative?: string | undefined
}

/**
 * What is asked for in words; of a model without words nothing, but what it must refuse.
 *
 * @throws TweedieError `usage` for a file without prompts, or options that need another
 */
export async function askedTexts(
  model: Worded,
  { prompt, prompts: file, towardsPrompt, longPrompts, clipSkip, negative }: TextOptions,
  access: Pick<Access, 'bytes'>,
): Promise<Texts> {
  const listed = file === undefined ? undefined : linesOf(await access.bytes(file, 'data'), file)
  const given = prompt === undefined ? listed : [prompt].flat()
  if (towardsPrompt !== undefined && given?.length !== 1) {
    throw new TweedieError('usage', '`towardsPrompt` walks from one prompt to another', { hint: 'one `prompt` too' })
  }
  const [idle] = Object.entries({ longPrompts, clipSkip }).find(([, value]) => value !== undefined) ?? []
  if (idle !== undefined && !model.words) throw new TweedieError('usage', `\`${idle}\`: the model knows no words`)
  return { prompts: given, towardsPrompt, longPrompts, clipSkip, ...(model.words && { negativePrompt: negative }) }
}

function linesOf(bytes: Uint8Array, file: string): readonly string[] {
  const lines = decodeUtf8(bytes, file)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (lines.length > 0) return lines
  throw new TweedieError('usage', `\`prompts\`: ${file} has no text in it`)
}
