/** The text that a data set of tokens was cut from. */
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import { textOf } from '../../files/show/token-text.ts'

/** The text of a data set, whole. */
export function textOfDataset({ data, vocabulary }: CategoricalDataset): string {
  return textOf({ shape: [data.length], vocabulary }, data)[0]!
}

/** How many tokens a character takes: those of tokenizers are of several, those of bytes less than one. */
export function tokensPerCharacter(dataset: CategoricalDataset): number {
  let characters = 0
  for (const _ of textOfDataset(dataset)) characters++
  return dataset.data.length / characters
}
