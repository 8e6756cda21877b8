/** What a request says in words, where the encoder is not needed again. */
import { promptEncoder } from '../../compiled/prompts/prompt-encoder.ts'
import type { Setting } from '../family.ts'
import { sessionOf } from '../session-of.ts'
import { type Texts, told, type Told, type Worded } from './told.ts'

/** As {@link told}, with an encoder that is compiled for this request alone. */
export async function toldOnce(model: Worded, texts: Texts, setting: Setting): Promise<Told | undefined> {
  using encoder = model.words && promptEncoder(model.words, setting.engine, sessionOf(setting))
  return await told(model, texts, async () => encoder!, setting.signal)
}
