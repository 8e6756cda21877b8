/** The value of the option `textEncoder` for a model that is trained further with the text encoders that it has, as it uses them. */
import type { Words } from '../../compiled/words.ts'

export class OwnWords {
  /** Those of the model, where it is open. */
  readonly words: Words | undefined
  /** The model's folder, if it lies in one. */
  readonly path: string | undefined
  constructor(words: Words | undefined, path: string | undefined) {
    this.words = words
    this.path = path
  }
}
